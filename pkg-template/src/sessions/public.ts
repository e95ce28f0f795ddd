/** What every entry of sessions gives, besides its `createSessions`. */

export type { Backend } from '../shared/backend.js'
export { OidcError } from '../shared/error.js'
export type { Blame, OidcCode, ProviderReason } from '../shared/error.js'
export type { AccessToken, ApiNeed, Claims, TokenOptions, User } from '../page/types.js'
export type { CookieConfig, GivenSessions, Session, Sessions, SessionsConfig, Visiting } from './types.js'
