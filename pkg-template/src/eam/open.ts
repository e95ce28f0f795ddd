/** The settings of an external method: their shape is checked here, their values by the core. */

import { attempt } from '../shared/attempt.js'
import { ownMembers } from '../shared/bare.js'
import { invalidSetting, readSettings, type SettingsTable } from '../shared/settings.js'
import type { Platform } from '../shared/platform.js'
import { memoryReplay } from '../adapters/memory-replay.js'
import type { SignatureChecks } from '../edge/signatures.js'
import type { Verifier, VerifierConfig } from '../edge/types.js'
import { makeVerifier } from '../edge/verifier.js'
import { makeSealer, weaknessOf } from '../host/server/seal.js'
import type { Decide } from '../systems/decide.js'
import { describeKey, makeSigner, type PublishedKey, type Signer } from './signing.js'
import { makePendingAttempts, type PendingAttempts } from './pending-attempts.js'
import type { ExternalMethodConfig, HintClaims } from './types.js'

const SETTINGS: SettingsTable = {
  text: 'issuer! appId! clientId! cloud profile',
  texts: 'tenants!',
  textOrTexts: 'secret!',
  number: 'clockTolerance',
  bool: 'allowLoopbackIssuer',
  function: 'step! onRefusal fetch now log',
  object: 'keys replay',
  any: 'signingKeys! controls',
}

/** An attempt as the core made it. The host passes it on. */
export interface CoreAttempt {
  readonly claims: HintClaims
  readonly request: object
}

/** The result of the core for the settings. */
interface CoreSettings {
  readonly settings: object
  /** How long an attempt is open. */
  readonly attemptSeconds: number
  readonly discovery: string
  readonly jwks: string
  readonly keys: readonly PublishedKey[]
  readonly verifier: VerifierConfig
}

/** A method whose settings are checked. */
export interface OpenMethod extends CoreSettings {
  readonly hints: Verifier
  readonly signer: Signer
  readonly pending: PendingAttempts<CoreAttempt>
}

/** Checks the shape of settings. Throws `OIDC_CONFIG_INVALID`. */
export function checkShape(config: ExternalMethodConfig): ExternalMethodConfig {
  const settings = readSettings(config, SETTINGS)
  const secrets = [settings.secret].flat()
  const weak = secrets.length ? secrets.map(weaknessOf).find(Boolean) : 'missing'
  if (weak) throw invalidSetting('secret', weak)
  if (!Array.isArray(settings.signingKeys)) throw invalidSetting('signingKeys', 'wrong type, not a list of objects')
  return settings
}

/** Lets the core check the settings, and makes what answers requests. */
export async function openMethod(
  signatures: SignatureChecks,
  decide: Decide,
  platform: Platform,
  settings: ExternalMethodConfig,
): Promise<OpenMethod> {
  const { secret, step, onRefusal, fetch, now, log, keys, replay, signingKeys, ...plain } = settings
  const described = signingKeys.map(describeKey)
  const core = await decide<CoreSettings>('eam-settings', { settings: { ...plain, signingKeys: described } })
  const own = { ...(fetch && { fetch }), ...(now && { now }), ...(log && { log }), ...(keys && { keys }) }
  const isSecure = attempt(() => new URL(settings.issuer).protocol) === 'https:'
  // RFC 6265bis section 4.1.3.2: no subdomain can set a `__Host-` cookie.
  const cookieBase = { name: `${isSecure ? '__Host-' : ''}countersign_eam`, isSecure }
  return {
    ...core,
    hints: makeVerifier(signatures, platform, { ...core.verifier, ...own }),
    signer: makeSigner(signingKeys.map((key) => ownMembers(key))),
    pending: makePendingAttempts(makeSealer([secret].flat()), cookieBase, replay ?? memoryReplay(), core.attemptSeconds),
  }
}
