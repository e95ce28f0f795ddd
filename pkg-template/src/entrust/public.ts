/** The exports of every `countersign/entrust` entry, in addition to its own `relyingParty`. */

export { OidcError } from '../shared/error.js'
export type { Blame, OidcCode } from '../shared/error.js'
export type * from './types.js'
