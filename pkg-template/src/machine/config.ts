/** The settings of a client without users: checked here in shape, and turned into the settings of the core. */

import { machineSettings } from '../generated/settings/machine.js'
import { makeSigningKey, type SigningKey } from '../host/server/client-key.js'
import { hasOwn } from '../shared/bare.js'
import { detailOf } from '../shared/detail.js'
import { errorOf, OidcError, type Failure } from '../shared/error.js'
import { readExplained } from '../shared/explained-settings.js'
import type { SettingsTable } from '../shared/settings.js'
import type { MachineConfig } from './types.js'

const ALL_SETTINGS: SettingsTable = { ...machineSettings, function: 'fetch log' }

/** Why the core refuses a value that a message must not have. */
const REASONS: Partial<Record<string, string>> = {
  clientKey: 'beside clientSecret, or no private key with its `alg`',
  clientSecret: 'missing',
  extra: 'a value is no text',
}

/** Settings whose shape is right. */
export interface CheckedMachine {
  /** The settings of the core. */
  readonly settings: object
  /** The client's key, if it has one instead of a secret. */
  readonly key: SigningKey | undefined
  /** The prefixes of APIs, as keys. */
  readonly apis: Record<string, object>
  /** Without `this`. */
  readonly fetch: typeof globalThis.fetch
  readonly log: MachineConfig['log']
  /** The error for a failure of the core, with the fault in words. `unanswered` is the address of a request without an answer. */
  explain(failure: Failure, unanswered?: string): OidcError
  /** The same for an error. */
  explainError(error: unknown): unknown
}

/** Checks settings. Throws `OIDC_CONFIG_INVALID` with the name of the setting in `at`. */
export function checkMachine(input: MachineConfig): CheckedMachine {
  const { fetch, log, clientKey, apis: prefixes, ...plain } = readExplained<MachineConfig>(input, ALL_SETTINGS)
  const key = clientKey && makeSigningKey(clientKey)
  const apis = Object.fromEntries((prefixes ?? []).map((prefix) => [prefix, {}]))
  const reasonOf = (name: string, value: unknown) => (hasOwn(REASONS, name) ? REASONS[name]! : JSON.stringify(value))
  const values = { ...plain, clientKey, apis }
  const words = ({ code, at }: OidcError, unanswered?: string) => detailOf(values, code, at, unanswered, '', reasonOf)
  return {
    settings: { ...plain, apis: prefixes, clientKey: key?.publicJwk },
    key,
    apis,
    fetch: (...all) => (fetch ?? globalThis.fetch.bind(globalThis))(...all),
    log,
    explain: (failure, unanswered) => errorOf(failure, failure.detail || words(errorOf(failure), unanswered)),
    explainError(error) {
      if (!OidcError.is(error) || error.detail) return error
      return new OidcError(error.code, error.at, error.cause, words(error))
    },
  }
}
