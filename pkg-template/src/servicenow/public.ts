/** The exports of every `countersign/servicenow` entry, in addition to its own functions. */

export { OidcError } from '../shared/error.js'
export * from '../adapters/public.js'
export type {
  AnyUser,
  ApiAccessPolicy,
  ApiScript,
  ClientType,
  Entity,
  EntityProfile,
  EntityScope,
  FieldMapping,
  Gate,
  GateConfig,
  GateOutcome,
  GivenGateConfig,
  GrantType,
  NewUser,
  Provisioning,
  Servicenow,
  Templates,
  TemplateValues,
  UserQuery,
} from './types.js'
