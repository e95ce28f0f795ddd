// The assertions of the suite: no runtime but Node brings `node:assert` everywhere.

/** Fails unless both are the same value. */
export function assertEqual(actual, expected, what = '') {
  if (!Object.is(actual, expected)) throw new Error(`${what} expected ${expected}, got ${actual}`)
}

/** Fails unless a call rejects with this code, at this place where one is given. */
export async function assertCode(code, call, at) {
  const error = await call().then(
    (value) => new Error(`nothing was refused: ${JSON.stringify(value)}`),
    (error) => error,
  )
  if (error?.code !== code || (at !== undefined && error.at !== at)) {
    const seen = `${error?.code ?? error} ${error?.at ?? ''}`
    throw new Error(`expected ${code} ${at ?? ''}, got ${seen}`, { cause: error })
  }
  return error
}
