/** One at a time in this isolate: renewals of one session. */

/** How often who waits looks again, in milliseconds. */
const PAUSE = 20
/** A request that was cut off never releases what it held: so long, in milliseconds, it counts. */
const LONGEST = 15_000

/** So many are kept before those that ended untold are forgotten. */
const MOST = 100

/** The turns of one `createSessions`, by their names: when each ends at the latest. */
export type Turns = Map<string, number>

/**
 * Takes a turn. Resolves to what releases it, or to nothing where it was not free in time. Who waits
 * looks again and again: a Workers runtime lets no request wait for what another one resolves.
 */
export async function takeTurn(
  turns: Turns,
  name: string,
  waitMs: number,
): Promise<(() => void) | undefined> {
  const end = Date.now() + waitMs
  while ((turns.get(name) ?? 0) > Date.now()) {
    if (Date.now() >= end) return undefined
    await new Promise((over) => setTimeout(over, PAUSE))
  }
  if (turns.size >= MOST) forgetPast(turns)
  const until = Date.now() + LONGEST
  turns.set(name, until)
  return () => {
    // Whoever came after an end that was not told has the turn now.
    if (turns.get(name) === until) turns.delete(name)
  }
}

function forgetPast(turns: Turns): void {
  for (const [name, until] of turns) if (until <= Date.now()) turns.delete(name)
}
