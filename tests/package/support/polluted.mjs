/** Runs with properties of `Object.prototype`, as a careless merge of user input sets them. */
export async function withProperties(properties, run) {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: true })
  }
  try {
    return await run()
  } finally {
    for (const name of Object.keys(properties)) delete Object.prototype[name]
  }
}
