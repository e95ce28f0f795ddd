/** A map with a limit on its entries. A full map evicts the least recently used one. */
export interface BoundedMap<K, V> {
  /** Returns `undefined` if there is no such entry. Reading an entry uses it. */
  get(key: K): V | undefined
  set(key: K, value: V): void
  delete(key: K): void
  /** From the least to the most recently used one. Iterating uses none of them. */
  readonly entries: ReadonlyMap<K, V>
}

/**
 * Makes a map of at most `max` entries. `onRemove` gets each value that leaves: evicted, deleted or replaced by
 * another.
 */
export function makeBoundedMap<K, V>(
  max: number,
  onRemove: (value: V) => void = () => {},
): BoundedMap<K, V> {
  // A Map iterates in the order of insertion, so its first entry is the least recently used one.
  const entries = new Map<K, V>()
  const remove = (key: K) => {
    const value = entries.get(key)
    if (entries.delete(key)) onRemove(value!)
  }
  return {
    entries,
    delete: remove,
    get(key) {
      const value = entries.get(key)
      if (entries.delete(key)) entries.set(key, value!)
      return value
    },
    set(key, value) {
      remove(key)
      entries.set(key, value)
      for (const oldest of entries.keys()) {
        if (entries.size <= max) break
        remove(oldest)
      }
    },
  }
}
