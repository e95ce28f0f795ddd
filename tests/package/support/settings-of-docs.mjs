// The settings that docs/configuration.md lists, and values that they refuse.
import { readFileSync } from 'node:fs'

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')

/** The shape of a setting in the words of its type. `undefined` for one that takes values of several classes. */
function shapeOf(type) {
  if (type === 'string | string[]' || type === 'string | readonly string[]') return 'text or list'
  if (type === 'string' || /^'/.test(type)) return type.includes('false') ? undefined : 'text'
  if (type.includes('Preset')) return undefined
  if (/string\[\]$|\)\[\]$/.test(type)) return 'list'
  if (type === 'number' || type === 'boolean') return type
  if (type.startsWith('(')) return 'function'
  if (/^(Record<|\{|JsonWebKey$|CookieConfig$)/.test(type)) return 'object'
  return undefined
}

/** The settings of a section: name, shape, and whether it is required. */
export function settingsOf(section) {
  const [, text] = page.split(`\n## ${section}\n`)
  const rows = [...text.split('\n## ')[0].matchAll(/^\| `(\w+)` \| (.*?(?<!\\)) \| (.*?) \|/gm)]
  return rows.map(([, name, type, fallback]) => ({
    name,
    shape: shapeOf(type.replaceAll('`', '').replaceAll('\\|', '|')),
    isRequired: fallback === 'required',
  }))
}

/** Values that a setting of a shape refuses, and what the error says. */
export function wrongValuesOf(shape) {
  const empty = /^empty text$/
  const wrong = (words) => new RegExp(`^wrong type, not ${words}$`)
  switch (shape) {
    case 'text':
      return [['', empty], [1, wrong('text')], [{}, wrong('text')], [null, wrong('text')]]
    case 'list':
      return [['a', wrong('list of texts')], [['a', ''], empty], [['a', 1], wrong('list of texts')], [{}, wrong('list of texts')]]
    case 'text or list':
      return [['', empty], [['a', ''], empty], [['a', 1], wrong('text or list of texts')], [1, wrong('text or list of texts')]]
    case 'number':
      return [['5', wrong('number')], [Number.NaN, wrong('number')], [null, wrong('number')], ['', empty]]
    case 'boolean':
      return [['yes', wrong('boolean')], [1, wrong('boolean')]]
    case 'object':
      return [['a', wrong('object')], [[], wrong('object')], [null, wrong('object')]]
    case 'function':
      return [['a', wrong('function')], [{}, wrong('function')]]
  }
  return []
}
