// The steps of a run on this server: each one is written as soon as it has ended, with the requests that it made.
import { OidcError } from 'countersign'
import { explainErrors } from 'countersign/hints'

explainErrors()

/** A result that is not the one that a row must have. */
export class Unexpected extends Error {}

/** Throws unless the condition holds. The step then fails with this text. */
export function expect(condition, text) {
  if (!condition) throw new Unexpected(text)
}

/** The code of an error, where it is, and what it means. */
export function refusalOf(error) {
  if (!OidcError.is(error)) return { text: String(error?.message ?? error) }
  return { code: error.code, at: error.at, meaning: error.hint }
}

/** The meaning of a code. */
export const meaningOf = (code) => new OidcError(code).hint

/**
 * The steps of a run. `step(name, act)` runs a step, writes its outcome, and returns what `act` returned; `act` returns
 * `{ answer, note, value, refusal }`. After a failed step it throws.
 */
export function makeSteps(run, write) {
  const take = () => run.requests.splice(0)
  return async function step(name, act, where = 'server') {
    write({ name, where, state: 'running' })
    try {
      const { value, ...outcome } = (await act()) ?? {}
      write({ name, where, state: 'passed', requests: take(), ...outcome })
      return value
    } catch (error) {
      const { text, ...refusal } = refusalOf(error)
      write({ name, where, state: 'failed', requests: take(), answer: text, ...refusal })
      throw error
    }
  }
}

/** Runs work that must be refused. Returns the refusal as an outcome of a step; it passes only with the code expected. */
export async function refused(work, what, code) {
  const error = await work().then(() => undefined, (cause) => cause)
  expect(error, `${what}: was accepted`)
  if (!OidcError.is(error)) throw error
  const isRight = code instanceof RegExp ? code.test(error.code) : code === error.code
  if (!isRight) throw error
  return { tried: what, ...refusalOf(error) }
}
