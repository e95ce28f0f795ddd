/**
 * Removes the prototype of every object in a parsed JSON value. A missing member is then `undefined`, even if a script
 * has added a member of that name to `Object.prototype`. With a prototype, a step of a flow without an end has the end
 * that such a script wrote. Verified claims are the app's, and keep theirs.
 */
export function withoutPrototype<T>(value: T): T {
  if (typeof value !== 'object' || !value) return value
  for (const [name, member] of Object.entries(value)) if (name !== 'claims') withoutPrototype(member)
  return Array.isArray(value) ? value : Object.setPrototypeOf(value, null)
}

/** A copy of what an app passed, or of nothing, with its own members only, for the reads of those that are optional. */
export const ownMembers = <T extends object>(given: T | null | undefined): T => Object.assign(Object.create(null), given)

/** Whether an object has a member of its own. `in` would find a property of `Object.prototype`. */
export const hasOwn = <T extends object, K extends string>(
  object: T,
  name: K,
): object is Extract<T, Readonly<Record<K, unknown>>> => Object.hasOwn(object, name)
