/** The settings of a gate: the host checks functions and stores, the core checks the rest. */

import { checkObjects } from '../edge/state.js'
import { isFunction, invalidSetting, isObject, readSettings, type SettingsTable } from '../shared/settings.js'
import type { Decide } from '../systems/decide.js'
import type { AnyUser, Entity, GateConfig } from './types.js'

const TABLE: SettingsTable = {
  function: 'findUser! provisionUser findInstanceToken fetch now log',
  object: 'scripts replay keys backend',
  any: 'entities! policies allowLoopbackIssuer',
}

/** The answer of the core about a configuration. */
export interface CheckedConfig {
  readonly entities: Entity[]
  /** The names of the headers that the core reads, in lower case. */
  readonly headers: readonly string[]
  readonly refusal: { readonly status: number; readonly headers: Record<string, string>; readonly body: string }
}

/** A gate's settings, the part of them that the core reads, and what the core said about it. */
export interface OpenedConfig<User extends AnyUser> extends CheckedConfig {
  readonly settings: GateConfig<User>
  readonly forCore: object
}

/**
 * Checks settings. Rejects with `OIDC_CONFIG_INVALID` or `OIDC_CONFIG_INSECURE`; `at` is the field that is unknown,
 * missing or mistyped.
 */
export async function openConfig<User extends AnyUser>(decide: Decide, config: GateConfig<User>): Promise<OpenedConfig<User>> {
  const settings = readSettings(config, TABLE)
  const { scripts = {}, entities, policies, allowLoopbackIssuer } = settings
  checkObjects(settings)
  for (const [name, script] of Object.entries<unknown>(scripts)) {
    const hooks = isObject(script) ? Object.entries(script as object) : undefined
    const isWrong = ([hook, call]: [string, unknown]) => !/^(request|response)$/.test(hook) || !isFunction(call)
    if (!hooks || hooks.some(isWrong)) throw invalidSetting('scripts', name)
  }
  const hooks = (['replay', 'provisionUser', 'findInstanceToken'] as const).filter((name) => settings[name])
  const forCore = { entities, policies, allowLoopbackIssuer, hooks, scripts: Object.keys(scripts) }
  const checked = await decide<CheckedConfig>('servicenow-check', { config: forCore })
  return { ...checked, settings, forCore }
}
