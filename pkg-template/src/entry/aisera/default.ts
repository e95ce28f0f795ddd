import { unpackSync } from '../../host/inflate.js'
import { inlined } from '../../core/wasm/systems-inline.js'
import { makeAisera } from '../../aisera/aisera.js'
import { makeDecide } from '../../systems/decide.js'
export { OidcError } from '../../shared/error.js'
export type { Blame, OidcCode } from '../../shared/error.js'
export type * from '../../aisera/types.js'

/** Imports OIDC connections of Aisera, and calls external systems with the user's token. */
export const { fromAisera, aiseraFetch } =
  /* @__PURE__ */ makeAisera(/* @__PURE__ */ makeDecide(/* @__PURE__ */ unpackSync(inlined)))
