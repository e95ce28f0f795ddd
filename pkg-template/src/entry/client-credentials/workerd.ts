import { env, waitUntil } from 'cloudflare:workers'
import { default as compiled } from '../../client-credentials.wasm'
import { makeCreateMachineClient } from '../../machine/client.js'
import type { GivenMachine, MachineClient } from '../../machine/types.js'
export * from '../../machine/public.js'

/**
 * Makes a client without users, which gets access tokens for itself (RFC 6749 section 4.4). It does no I/O, and loads nothing
 * before the first verb. Settings that need the platform's bindings can be a function of them.
 *
 * Throws `OIDC_CONFIG_INVALID` with the name of the setting in `at` if a setting has the wrong type.
 */
export const createMachineClient: (config: GivenMachine) => MachineClient = /* @__PURE__ */ makeCreateMachineClient(
  () => compiled, { env, waitUntil })
