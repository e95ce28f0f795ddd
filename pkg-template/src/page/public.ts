/** What every entry of a page gives, besides its `createClient`. */

export { OidcError } from '../shared/error.js'
export type { Backend, PublicJwk } from '../shared/backend.js'
export type { Blame, OidcCode, ProviderReason } from '../shared/error.js'
export type {
  AccessToken,
  ApiNeed,
  Claims,
  Client,
  ClientConfig,
  ClientEvents,
  Evidence,
  FailureEvent,
  SignedInEvent,
  SignedOutEvent,
  SignInOptions,
  Status,
  StepUp,
  StepUpEvent,
  Store,
  TokenOptions,
  User,
  VaultConfig,
  Waiting,
} from './types.js'
