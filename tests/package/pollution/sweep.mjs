// Properties of `Object.prototype`, which a careless merge of user input can set: which are tried, with
// which values, and what they reach.

/** How many objects, and how many other values, are recorded of members of one name. */
const MAX_RECORDED = 20

/** The identifiers in the scripts of a package. */
export function namesIn(scripts) {
  const names = new Set(scripts.flatMap((text) => text.match(/[A-Za-z_$][\w$]*/g) ?? []))
  // Every object has these already, and the language itself breaks with other values.
  for (const name of Object.getOwnPropertyNames(Object.prototype)) names.delete(name)
  return [...names].sort()
}

/**
 * Records what `JSON.parse` returns while `run` runs: for each name of a member, its values. They are what
 * the core says of a session or a token that is good, so they are the best that an attacker can write.
 */
export async function recordAnswers(run) {
  const recorded = new Map()
  const { parse } = JSON
  const record = (value) => {
    if (typeof value !== 'object' || !value) return
    for (const [name, member] of Object.entries(value)) {
      if (!Array.isArray(value)) add(recorded, name, JSON.stringify(member))
      record(member)
    }
  }
  JSON.parse = (...inputs) => {
    const value = parse(...inputs)
    record(value)
    return value
  }
  try {
    await run()
  } finally {
    JSON.parse = parse
  }
  return recorded
}

function add(recorded, name, text) {
  const texts = recorded.get(name) ?? new Set()
  recorded.set(name, texts)
  const isObject = text.startsWith('{')
  const sameKind = [...texts].filter((one) => one.startsWith('{') === isObject)
  if (sameKind.length < MAX_RECORDED) texts.add(text)
}

/**
 * Gives every object each property, one at a time, with the recorded values of its name and `values`, and
 * runs the attacks meanwhile. An attack returns what was reached, or `undefined`. Returns a line for each
 * that succeeded.
 */
export async function sweep({ names, recorded, values, attacks }) {
  const reached = []
  for (const name of names) {
    const all = [...[...(recorded.get(name) ?? [])].map((text) => JSON.parse(text)), ...values]
    for (const value of all) {
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
