import { inlined as edge } from '../../core/wasm/edge-inline.js'
import { inlined as systems } from '../../core/wasm/systems-inline.js'
import { unpackSync } from '../../host/inflate.js'
import { makeServicenow } from '../../servicenow/servicenow.js'
export * from '../../servicenow/public.js'

/** The gate of ServiceNow, and its entities from forms and templates, see `Servicenow`. */
export const { createGate, entityFromForm, entityFromTemplate } = /* @__PURE__ */ makeServicenow(
  /* @__PURE__ */ unpackSync(edge), /* @__PURE__ */ unpackSync(systems), {})
