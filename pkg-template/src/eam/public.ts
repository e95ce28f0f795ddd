/** The exports of every `countersign/eam` entry, in addition to its own `createExternalMethod`. */

export * from '../adapters/public.js'
export { OidcError } from '../shared/error.js'
export type { Blame, OidcCode } from '../shared/error.js'
export type * from './types.js'
