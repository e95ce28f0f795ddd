// A race: contenders take turns on small lists of tokens, so that other load on the machine slows all of
// them alike. Runs in every runtime, or outside of a runtime whose clock stands still.

/** How often a list of tokens seen before is verified at a time: one pass is too short to measure. */
const SIGHTS = 40

/** Contenders with a cache: they verify a token that they have seen before in another way than a new one. */
const REMEMBERS = /^countersign|cache$/

/**
 * Times contenders, new tokens and tokens seen before. `call(name, from, count, times)` gives the
 * milliseconds that `name` took for tokens of these places, each so many times. Gives all times, in microseconds a
 * token: `{ new: { name: [..] }, seen: { name: [..] } }`.
 */
export async function race(names, { many, batch, rounds }, call) {
  const times = { new: {}, seen: {} }
  const note = (kind, name, ms, count) => (times[kind][name] ??= []).push((ms * 1000) / count)
  const turn = (list, round) => list.map((_, place) => list[(place + round) % list.length])
  // Warm: what is compiled while it runs is compiled, in every contender alike.
  for (let from = 0; from < many / 2; from += batch) {
    for (const name of names) await call(name, from, batch, 1)
  }
  for (let round = 0; round < rounds; round += 1) {
    const from = (many / 2 + round * batch) % (many - batch)
    for (const name of turn(names, round)) {
      note('new', name, await call(name, from, batch, 1), batch)
    }
  }
  const remembering = names.filter((name) => REMEMBERS.test(name))
  for (let round = -2; round < rounds; round += 1) {
    for (const name of turn(remembering, round + 2)) {
      const ms = await call(name, 0, batch, SIGHTS)
      if (round >= 0) note('seen', name, ms, batch * SIGHTS)
    }
  }
  return times
}

/** A list of strings of their own, as headers bring them: nothing is known of them beforehand. */
export function fresh(tokens, times = 1) {
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]
  const copy = () => tokens.map((token) => decoder.decode(encoder.encode(token)))
  return Array.from({ length: times }, copy).flat()
}
