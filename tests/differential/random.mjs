// Numbers that are the same on every machine for the same seed (mulberry32).

/** Makes a stream: `random(n)` is an integer from 0 to n - 1. */
export function stream(seed) {
  let state = seed >>> 0
  return (end) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end
  }
}

/** A random element of the list. */
export const pick = (random, list) => list[random(list.length)]
