/** Calls a function that may throw. */

/** The result of a function; `undefined` if it throws. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
