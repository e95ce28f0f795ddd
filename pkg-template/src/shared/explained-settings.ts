/** The check of settings where a few more words cost no page a byte. */

import { invalidSetting, readSettings, type SettingsTable } from './settings.js'
import type { OidcError } from './error.js'

/** The words of a table that are no words for a person. */
const WORDS: Readonly<Record<string, string>> = {
  bool: 'boolean',
  texts: 'list of texts',
  textOrTexts: 'text or list of texts',
}

/** As `readSettings`. The error tells an empty text from a value of the wrong type. */
export function readExplained<T extends object>(config: T, table: SettingsTable): T {
  try {
    return readSettings(config, table)
  } catch (error) {
    const { at, detail } = error as OidcError
    const value = (config as Record<string, unknown> | undefined)?.[at]
    const isEmpty = [value].flat().includes('') && detail !== 'unknown'
    throw invalidSetting(at, isEmpty ? 'empty text' : detail.replace(/\w+$/, (word) => WORDS[word] ?? word))
  }
}
