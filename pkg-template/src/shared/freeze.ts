/** Claims are everybody's: nobody changes them. */

/** The same value, frozen to the bottom. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const one of Object.values(value)) freeze(one)
  return Object.freeze(value)
}
