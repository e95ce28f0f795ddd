/** The exports of every `countersign/client-credentials` entry, in addition to its own `createMachineClient`. */

export { OidcError } from '../shared/error.js'
export type { Blame, OidcCode, ProviderReason } from '../shared/error.js'
export type * from './types.js'
