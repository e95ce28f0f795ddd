import { default as edge } from '../../edge.wasm?module'
import { default as systems } from '../../systems.wasm?module'
import { makeServicenow } from '../../servicenow/servicenow.js'
export * from '../../servicenow/public.js'

/** The gate of ServiceNow, and its entities from forms and templates, see `Servicenow`. */
export const { createGate, entityFromForm, entityFromTemplate } = /* @__PURE__ */ makeServicenow(
  () => edge, () => systems, {})
