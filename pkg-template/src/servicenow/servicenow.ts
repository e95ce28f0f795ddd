/** The functions of `countersign/servicenow`, over both modules. */

import type { ModuleSource } from '../core/load.js'
import { makeSignatureChecks } from '../edge/signatures.js'
import type { Platform } from '../shared/platform.js'
import { makeDecide } from '../systems/decide.js'
import { makeGate } from './gate.js'
import type { Entity, Servicenow } from './types.js'

/**
 * Makes the functions. `edge` is the module that verifies tokens, `systems` the one that decides. An entity that the core
 * made has no prototype; its clone has the usual one.
 */
export function makeServicenow(edge: ModuleSource, systems: ModuleSource, platform: Platform): Servicenow {
  const signatures = makeSignatureChecks(edge)
  const decide = makeDecide(systems)
  return {
    createGate: (config) => makeGate(decide, signatures, platform, config),
    entityFromForm: async (record) => structuredClone(await decide<Entity>('servicenow-form', { record })),
    entityFromTemplate: async (template, values) =>
      structuredClone(await decide<Entity>('servicenow-template', { template, values })),
  }
}
