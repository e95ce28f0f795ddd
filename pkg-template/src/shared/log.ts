/** The setting `log` of every entry. */

import { attempt } from './attempt.js'

let isReported = false

/** Passes a line to the app's `log`. An error of that function changes nothing: the first one goes to the console. */
export async function callLog(log: ((line: string) => unknown) | undefined, line: string): Promise<void> {
  try {
    await log?.(line)
  } catch (error) {
    if (isReported) return
    isReported = true
    // A value that cannot be printed throws again.
    attempt(() => console.error(error))
  }
}
