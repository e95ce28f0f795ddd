// Template strings for HTML. Every value is escaped, except values that `html` made.

class Markup {
  constructor(text) {
    this.text = text
  }

  toString() {
    return this.text
  }
}

/** Makes markup with escaped values. Lists are joined; `undefined` and `false` become empty. */
export function html(strings, ...values) {
  const inner = values.map((value, index) => render(value) + strings[index + 1])
  return new Markup(strings[0] + inner.join(''))
}

/** Uses a text as markup without escaping. Only for markup that oidc-provider made. */
export function trusted(text) {
  return new Markup(text)
}

function render(value) {
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(render).join('')
  if (value === undefined || value === false) return ''
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
