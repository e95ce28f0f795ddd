/** The exports of every `countersign/implicit` entry, in addition to its own `createImplicitClient`. */

export { OidcError } from '../shared/error.js'
export type { Blame, OidcCode } from '../shared/error.js'
export type * from './types.js'
