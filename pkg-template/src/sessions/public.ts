/** What every entry of sessions gives, besides its `createSessions`. */

export type { Backend } from '../backend.js'
export { OidcError } from '../error.js'
export type { Blame, OidcCode, ProviderReason } from '../error.js'
export type { AccessToken, ApiNeed, Claims, TokenOptions, User } from '../types.js'
export type { CookieConfig, GivenSessions, Session, Sessions, SessionsConfig, Visiting } from './types.js'
