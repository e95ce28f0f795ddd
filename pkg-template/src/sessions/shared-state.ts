/** The state that all requests of one `createSessions` share. */

import { makeBackendVerifier } from '../host/crypto/backend.js'
import { makeSubtleVerifier } from '../host/crypto/subtle.js'
import type { IsolateLocks } from '../host/server/isolate-locks.js'
import { makeSealer, type Sealer } from '../host/server/seal.js'
import type { Call } from '../core/load.js'
import { addCookieName } from './cookie-names.js'
import { checkConfig, type CheckedConfig } from './config.js'
import { makeProviderDocuments, type ProviderDocuments } from './provider-documents.js'
import { makeRedeemedResponses, type RedeemedResponses } from './redeemed-responses.js'
import { makeRenewedSessions, type RenewedSessions } from './renewed-sessions.js'
import type { SessionsConfig } from './types.js'

/**
 * The configuration, and what one request must know about another in this isolate. Sessions in here are sealed, and
 * are found only by a hash of cookies that their own browser sends.
 */
export interface SharedState {
  readonly core: Call
  readonly checkedConfig: CheckedConfig
  readonly sealer: Sealer
  readonly renewedSessions: RenewedSessions
  readonly redeemedResponses: RedeemedResponses
  readonly documents: ProviderDocuments
  readonly locks: IsolateLocks
  /** Hints that are given once. */
  readonly hints: { isUseReported: boolean }
  readonly verify: ReturnType<typeof makeSubtleVerifier>
}

/** Makes the shared state. Throws `OIDC_CONFIG_INVALID` with the name of the setting in `at`. */
export function makeSharedState(core: Call, config: SessionsConfig): SharedState {
  const checkedConfig = checkConfig(config)
  addCookieName(checkedConfig)
  const { backend } = checkedConfig.config
  const locks: IsolateLocks = new Map()
  return {
    core,
    checkedConfig,
    sealer: makeSealer(checkedConfig.secrets),
    renewedSessions: makeRenewedSessions(),
    redeemedResponses: makeRedeemedResponses(),
    documents: makeProviderDocuments(locks),
    locks,
    hints: { isUseReported: false },
    verify: backend ? makeBackendVerifier(backend) : makeSubtleVerifier(),
  }
}
