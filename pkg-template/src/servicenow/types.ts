/** The public types of `countersign/servicenow`. */

import type { KeyCache, ReplayStore } from '../adapters/ports.js'
import type { PlatformContext } from '../edge/types.js'
import type { Backend } from '../shared/backend.js'
import type { OidcError } from '../shared/error.js'
import type { TokenClaims } from '../shared/types.js'

/** The type of the client that sends the tokens of an entity. */
export type ClientType =
  /** A page of another site that shows the instance in a frame. Its tokens are those of users. */
  | 'Iframe Embedded'
  /** A program that acts for a user, such as a chat bot. */
  | 'Integration as a User'
  /** A program that acts for itself. Its access tokens all stand for one user, the `applicationUser`. */
  | 'Integration as a Service'

/** A grant that an OAuth profile names. */
export type GrantType =
  | 'Authorization Code'
  | 'Client Credentials'
  | 'Implicit'
  | 'JWT Bearer'
  | 'Resource Owner Password Credentials'

/** An OAuth profile of an entity. A policy names it. */
export interface EntityProfile {
  /** The name, which no other profile of the gate has. */
  name: string
  /** The grant that gives its tokens. It is stored, and not compared with a token. */
  grantType?: GrantType
  /** The names of the scopes that a token must have, all of them. */
  scopes?: string[]
}

/** An OAuth scope of an entity's provider. */
export interface EntityScope {
  /** The name, by which a profile chooses it. */
  name: string
  /** The text that the provider writes into a token. */
  scope: string
}

/** A row of a transform map. */
export interface FieldMapping {
  /** The claim of the token. */
  source: string
  /** The field of the user. */
  target: string
}

/** Automatic provisioning of an entity's users. */
export interface Provisioning {
  /** The name of the data source. It is stored. */
  dataSource?: string
  /** The transform map: which claims fill which fields. The user field always has the user claim. */
  transform: FieldMapping[]
  /** The roles of a new user. No claim gives a role. */
  roles?: string[]
}

/** An entity: one application of a third party whose tokens are accepted. */
export interface Entity {
  /** The name, which no other entity of the gate has. */
  name: string
  /** The id of the client at the provider: `aud` of its tokens. */
  clientId: string
  /** The address of the provider's metadata. */
  metadataUrl: string
  /** The claim that names the user. Required, unless the client is a service. */
  userClaim?: string
  /** The field of the user that has the value of the claim. */
  userField: string
  /**
   * Whether each token (`jti`) is accepted once. Needs the setting `replay`.
   * @default false
   */
  verifyJti?: boolean
  /**
   * By how many seconds clocks may differ; at most 300.
   * @default 300
   */
  clockSkew?: number
  /**
   * Whether its tokens are accepted only where a policy allows one of its profiles.
   * @default false
   */
  enforceTokenRestrictions?: boolean
  /**
   * Whether its tokens are accepted at all.
   * @default true
   */
  active?: boolean
  /**
   * The type of the client.
   * @default none: tokens of users, of no class
   */
  clientType?: ClientType
  /** For a service: the value of `userField` of the user that all its tokens stand for. */
  applicationUser?: string
  /** The name of a member of the setting `scripts`. */
  oauthApiScript?: string
  /**
   * The OAuth profiles.
   * @default one without a scope, `<name> default_profile`
   */
  profiles?: EntityProfile[]
  /** The OAuth scopes from which profiles choose. */
  scopes?: EntityScope[]
  /**
   * How a user who is missing is created. Needs the setting `provisionUser`.
   * @default no user is created
   */
  provisioning?: Provisioning
  /**
   * The issuer. If it is given, the first request reads the metadata once less.
   * @default that of the metadata
   */
  issuer?: string
  /** Other texts that its tokens have as `iss`. */
  issuerAliases?: string[]
  /** The accepted tenants. Required if the issuer has `{tenantid}`. */
  tenants?: string[]
  /** Claims that a token must have, each with its value or a list of accepted ones: `hd` of Google. */
  requiredClaims?: Record<string, string | string[]>
  /** Other audiences that a token may have beside the client. */
  trustedAudiences?: string[]
  /**
   * Other clients to which a token may have been issued (`azp`).
   * @default the client
   */
  authorizedParties?: string[]
}

/** An API access policy: the tokens of some profiles may call what is below a path. */
export interface ApiAccessPolicy {
  /** The name, which no other policy has. */
  name: string
  /**
   * Whether it allows anything.
   * @default true
   */
  active?: boolean
  /** The path of the API, such as `/api/now/table`. It allows that path and everything below. */
  path: string
  /**
   * The methods, in capital letters.
   * @default every method
   */
  methods?: string[]
  /** The names of the profiles. */
  profiles: string[]
}

/** An OAuth API script: changes the requests to a provider and its responses. */
export interface ApiScript {
  /** Returns the request to send instead, or nothing. */
  request?(request: Request): Request | undefined | void | Promise<Request | undefined | void>
  /** Returns the response to read instead, or nothing. */
  response?(response: Response, request: Request): Response | undefined | void | Promise<Response | undefined | void>
}

/** Which user is looked up, or created. */
export interface UserQuery {
  /** The name of the field. */
  readonly field: string
  /** The value that it must have, exactly. It comes from a token: it is data, and never a part of a query's text. */
  readonly value: string
  /** The name of the entity. */
  readonly entity: string
  /** The verified claims of the token. */
  readonly claims: TokenClaims
}

/** A user to create. */
export interface NewUser extends UserQuery {
  /** The fields, from the transform map. */
  readonly fields: Readonly<Record<string, string | number | boolean>>
  /** The roles, from the configuration. */
  readonly roles: readonly string[]
}

/** A user, as a hook may answer it: an object, a text that is not empty, or a number other than 0. */
export type AnyUser = object | string | number | bigint

type Maybe<T> = T | null | undefined

/** The settings of a gate. */
export interface GateConfig<User extends AnyUser> {
  /** The entities. */
  entities: Entity[]
  /** The policies for entities with `enforceTokenRestrictions`. */
  policies?: ApiAccessPolicy[]
  /**
   * Finds the user with a value in a field. Returns `null` or `undefined` if there is none, and a list if there may be
   * several: more than one is refused. Any other answer that is no user, such as `false`, is refused with
   * `OIDC_USER_UNKNOWN`, and `at` is the name of the hook. The other two hooks are the same in this.
   */
  findUser: (query: UserQuery) => Maybe<User | readonly User[]> | Promise<Maybe<User | readonly User[]>>
  /**
   * Creates a user, and returns it. Two tokens of one new user may come at the same time: return the user that the other
   * call has created.
   */
  provisionUser?: (user: NewUser) => Maybe<User> | Promise<Maybe<User>>
  /**
   * Finds the user of a token that the instance issued itself. It is asked first, about every token. Returns nothing if
   * the token is not one of them.
   */
  findInstanceToken?: (token: string, request: Request) => Maybe<User> | Promise<Maybe<User>>
  /** The OAuth API scripts by their names. */
  scripts?: Record<string, ApiScript>
  /** A store that lets each token (`jti`) pass once, for entities with `verifyJti`. */
  replay?: ReplayStore
  /** A cache of keys that isolates share. */
  keys?: KeyCache
  /** Verifies signatures, see the setting of `createVerifier`. */
  backend?: Backend
  /**
   * Accepts metadata on http at this machine. For development.
   * @default false
   */
  allowLoopbackIssuer?: boolean
  /** Sends every request. */
  fetch?: typeof globalThis.fetch
  /** The current time in seconds since 1970. For tests. */
  now?: () => number
  /** Receives hints for the developer. They contain no secret and no token. */
  log?: (hint: string) => void
}

/** Settings, or a function that makes them from the platform's bindings (`env`). It is called once. */
export type GivenGateConfig<User extends AnyUser> = GateConfig<User> | ((env: unknown) => GateConfig<User>)

/** The result of a gate for a request. */
export type GateOutcome<User extends AnyUser> =
  | {
      readonly ok: true
      /** The user, as a hook returned it. */
      readonly user: User
      /** The name of the token's entity; `undefined` for a token of the instance itself. */
      readonly entity: string | undefined
      /** The type of the client; `undefined` if the entity has none. */
      readonly clientType: ClientType | undefined
      /** The verified claims; `undefined` for a token of the instance itself. */
      readonly claims: TokenClaims | undefined
      /** The token. */
      readonly token: string
      /** Whether the user was created now. */
      readonly isProvisioned: boolean
    }
  | {
      readonly ok: false
      /** The documented refusal: 401, the same for every reason. */
      readonly response: Response
      /** Why. For a log: the caller must not learn it. */
      readonly error: OidcError
    }

/** A gate in front of REST APIs. */
export interface Gate<User extends AnyUser> {
  /**
   * Checks a request. Rejects only if the configuration is invalid, with `OIDC_CONFIG_INVALID` or
   * `OIDC_CONFIG_INSECURE` and the field in `at`.
   */
  guard(request: Request, context?: PlatformContext): Promise<GateOutcome<User>>
  /** The entities with every default filled in, the generated profile too. Rejects for an invalid configuration. */
  entities(): Promise<Entity[]>
  /** Loads the metadata and keys of every active entity. Rejects if one of them cannot be read. */
  ready(): Promise<void>
}

/** The values of a template, and fields of its entity. */
export type TemplateValues = Partial<Entity> & Pick<Entity, 'name' | 'clientId'>

/** The options of each template besides a name and a client id. */
export interface Templates {
  /** The host of the federation service. */
  ADFS: { host: string }
  /** The domain of the tenant, such as `tenant.eu.auth0.com`. */
  Auth0: { domain: string }
  /** The id or a domain of the tenant. */
  'Azure AD': { tenant: string }
  /** Nothing. */
  Google: object
  /** The domain of the organization, and the id of an authorization server other than its own. */
  Okta: { domain: string; authorizationServer?: string }
}

/** The functions of `countersign/servicenow`. */
export interface Servicenow {
  /**
   * Makes a gate. It does no I/O, and loads nothing before the first request. Settings that need the platform's bindings
   * can be a function of them.
   */
  createGate: <User extends AnyUser>(config: GivenGateConfig<User>) => Gate<User>
  /**
   * Makes an entity of a record whose members have the labels of ServiceNow's form: `Name`, `Client ID`, `OIDC Metadata
   * URL`. Rejects with `OIDC_CONFIG_INVALID` or `OIDC_CONFIG_INSECURE`; `at` is the label of the field that is unknown,
   * missing or mistyped.
   */
  entityFromForm: (record: object) => Promise<Entity>
  /**
   * Makes an entity of a template and its values, which may replace any field. Rejects with `OIDC_CONFIG_INVALID`; `at` is
   * the value or field that is unknown, missing or mistyped.
   */
  entityFromTemplate: <T extends keyof Templates>(template: T, values: Templates[T] & TemplateValues) => Promise<Entity>
}
