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
