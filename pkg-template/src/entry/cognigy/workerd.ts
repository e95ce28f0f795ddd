import { default as compiled } from '../../systems.wasm'
import { makeCognigy } from '../../cognigy/cognigy.js'
import { makeDecide } from '../../systems/decide.js'
export { OidcError } from '../../shared/error.js'
export type { Blame, OidcCode } from '../../shared/error.js'
export type * from '../../cognigy/types.js'

/** Imports and exports configurations of Cognigy.AI, and makes users from verified claims. */
export const { fromCognigy, toCognigy, repairCognigy, cognigyUser } =
  /* @__PURE__ */ makeCognigy(/* @__PURE__ */ makeDecide(() => compiled))
