/** The types of sessions without a user, see the setting `user`. */

import type { FinishedSignIn, Session, Sessions, SessionsConfig, Visiting, GivenSessions } from './types.js'

/** Settings that say what a verified ID token must have. */
type UserSetting =
  | 'algorithms'
  | 'idTokenSignedResponseAlg'
  | 'keepClaims'
  | 'maxAge'
  | 'refusedTenants'
  | 'requiredClaims'
  | 'tenants'
  | 'trustedAudiences'
  | 'userInfo'

/** A finished sign-in without a user. */
export type FinishedTokenSignIn = Omit<FinishedSignIn, 'user'> & { readonly user: null }

/** The settings of `createSessions` for a client that gets tokens and no user. */
export interface TokenSessionsConfig extends Omit<SessionsConfig, UserSetting | 'user' | 'onSignIn'> {
  user: false
  /** Receives each sign-in that finished, as in {@link SessionsConfig}. */
  onSignIn?: (
    signIn: FinishedTokenSignIn,
    request: Request,
  ) => string | undefined | void | Promise<string | undefined | void>
}

/** Settings without a user, or a function that makes them from the platform's bindings. */
export type GivenTokenSessions = TokenSessionsConfig | ((env: unknown) => TokenSessionsConfig)

/** The session of a browser that signed in, without a user: the owner of the tokens is not verified. */
export interface TokenSession extends Omit<Session, 'user'> {
  readonly user: null
}

/** Sessions with tokens and without users. */
export interface TokenSessions extends Omit<Sessions, 'with' | 'session'> {
  /** As {@link Sessions.with}; the session has no user. */
  with(
    request: Request,
    act: (session: TokenSession | null) => Response | Promise<Response>,
    visiting?: Visiting,
  ): Promise<Response>
  /** Resolves to a session without a user, or to `null` if no user signed in. */
  session(request: Request, visiting?: Visiting): Promise<Pick<TokenSession, 'user'> | null>
}

/** `createSessions`: without a user if the settings say so. */
export interface CreateSessions {
  (config: GivenTokenSessions): TokenSessions
  <C extends object = object>(config: GivenSessions): Sessions<C>
}
