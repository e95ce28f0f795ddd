import { env, waitUntil } from 'cloudflare:workers'
import { default as edge } from '../../edge.wasm'
import { default as systems } from '../../systems.wasm'
import { makeEam } from '../../eam/external-method.js'
export * from '../../eam/public.js'

/** Makes an external authentication method of Microsoft Entra, see `ExternalMethodConfig`. */
export const { createExternalMethod } = /* @__PURE__ */ makeEam(() => edge, () => systems, { env, waitUntil })
