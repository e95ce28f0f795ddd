/** The types of every entry that asks the issuer. */

export type {
  Introspection,
  IntrospectionSettings,
  TokenClaims,
  Userinfo,
  UserinfoOptions,
  UserinfoSettings,
} from '../edge/types.js'
