/** The check of settings where a few more words cost no page a byte. */

import { invalidSetting, readSettings, type SettingsTable } from './settings.js'
import type { OidcError } from './error.js'

/** As `readSettings`. The error tells an empty text from a value of the wrong type. */
export function readExplained<T extends object>(config: T, table: SettingsTable): T {
  try {
    return readSettings(config, table)
  } catch (error) {
    const { at, detail } = error as OidcError
    const value = (config as Record<string, unknown> | undefined)?.[at]
    const isEmpty = [value].flat().includes('') && detail !== 'unknown'
    throw invalidSetting(at, isEmpty ? 'empty text' : detail.replace('OrTe', ' or te').replace(' texts', ' list of texts').replace('bool', 'boolean'))
  }
}
