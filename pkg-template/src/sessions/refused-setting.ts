/** Why the core refuses the value of a setting, for the `detail` of an error. */

import { unknownAlgorithm } from '../shared/unknown-algorithm.js'
import type { SessionsConfig } from './types.js'

/** The reason in words. The value itself says it, unless it breaks a rule, or may be a secret. */
export function refusalOf({ clientKey, provider }: SessionsConfig, at: string, value: unknown): string {
  switch (at) {
    case 'clockTolerance':
      return 'not 0 to 300'
    case 'clientSecret':
      return 'fewer than 32 bytes, which HS256 needs'
    case 'clientKey':
      return 'no private key with its `alg`'
    case 'extra': {
      const [name] = Object.entries(value as object).find((one) => typeof one[1] !== 'string') ?? []
      return `${JSON.stringify(name)} is no text`
    }
    case 'authMethod':
      return clientKey ? 'beside clientKey' : JSON.stringify(value)
    case 'tenants':
    case 'refusedTenants':
    case 'requiredClaims': {
      // The value of the app may be right: the fault may be that of the preset.
      const own = provider?.sessions[at]
      return JSON.stringify(own === undefined ? value : own)
    }
    case 'algorithms':
      return JSON.stringify(unknownAlgorithm(value as string[]) ?? value)
  }
  return JSON.stringify(value)
}
