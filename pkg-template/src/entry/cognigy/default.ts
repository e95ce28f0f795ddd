import { unpackSync } from '../../host/inflate.js'
import { inlined } from '../../core/wasm/systems-inline.js'
import { makeCognigy } from '../../cognigy/cognigy.js'
import { makeDecide } from '../../systems/decide.js'
export { OidcError } from '../../shared/error.js'
export type { Blame, OidcCode } from '../../shared/error.js'
export type * from '../../cognigy/types.js'

/** Imports and exports configurations of Cognigy.AI, and makes users from verified claims. */
export const { fromCognigy, toCognigy, repairCognigy, cognigyUser } =
  /* @__PURE__ */ makeCognigy(/* @__PURE__ */ makeDecide(/* @__PURE__ */ unpackSync(inlined)))
