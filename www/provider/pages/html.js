// Markup as template strings in which every value is escaped, unless it is markup itself.

class Markup {
  constructor(text) {
    this.text = text
  }

  toString() {
    return this.text
  }
}

/** Markup with escaped values; lists are joined, `undefined` and `false` are nothing. */
export function html(strings, ...values) {
  const inner = values.map((value, index) => render(value) + strings[index + 1])
  return new Markup(strings[0] + inner.join(''))
}

/** Takes text as markup. Only for what oidc-provider itself has written. */
export function trusted(text) {
  return new Markup(text)
}

function render(value) {
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(render).join('')
  if (value === undefined || value === false) return ''
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
