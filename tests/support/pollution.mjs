// Properties of `Object.prototype`, which a careless merge of user input can set: which are tried, with
// which values, and what they reach. Each function stands alone: a browser gets its text.

/** The identifiers in the scripts of a package. */
export function namesIn(scripts) {
  const names = new Set(scripts.flatMap((text) => text.match(/[A-Za-z_$][\w$]*/g) ?? []))
  // Every object has these already, and the language itself breaks with other values.
  for (const name of Object.getOwnPropertyNames(Object.prototype)) names.delete(name)
  return [...names].sort()
}

/**
 * Begins to record what `JSON.parse` returns: the result has, for each name of a member, its values as JSON
 * texts. They are what the core says of a session or a token that is good, so they are the best that an
 * attacker can write. `stop` ends it.
 */
export function startRecording() {
  const maxTexts = 20
  const { parse } = JSON
  const recorded = {}
  const record = (value) => {
    if (typeof value !== 'object' || !value) return
    for (const [name, member] of Object.entries(value)) {
      if (!Array.isArray(value)) {
        const text = JSON.stringify(member)
        const isObject = text.startsWith('{')
        const texts = Object.hasOwn(recorded, name) ? recorded[name] : (recorded[name] = [])
        const isFull = texts.filter((one) => one.startsWith('{') === isObject).length >= maxTexts
        if (!isFull && !texts.includes(text)) texts.push(text)
      }
      record(member)
    }
  }
  JSON.parse = (...inputs) => {
    const value = parse(...inputs)
    record(value)
    return value
  }
  return { recorded, stop: () => { JSON.parse = parse } }
}

/**
 * Gives every object each property, one at a time, with the recorded values of its name and `values`, and
 * runs the attacks meanwhile. An attack returns what was reached, or `undefined`. Returns a line for each
 * that succeeded.
 */
export async function sweep({ names, recorded, values, attacks }) {
  const reached = []
  for (const name of names) {
    const texts = Object.hasOwn(recorded, name) ? recorded[name] : []
    for (const value of [...texts.map((text) => JSON.parse(text)), ...values]) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
      // No destructuring here: a property `return` breaks the iterators of the language.
      const results = []
      for (let i = 0; i < attacks.length; i += 1) {
        results[i] = await attacks[i].run().catch(() => undefined)
      }
      delete Object.prototype[name]
      results.forEach((result, i) => {
        if (result === undefined) return
        const text = JSON.stringify(value).slice(0, 200)
        reached.push(`${attacks[i].title}: Object.prototype.${name} = ${text}: ${result}`)
      })
    }
  }
  return reached
}
