// A row that runs in the browser: its app is in a frame, which goes to the provider and comes back.
import { element } from '../view/element.ts'
import type { Step } from './step.ts'

/** How long a run may take. */
const TIMEOUT_MS = 30_000

/** Runs the app of a row in a frame at `place`. Resolves when the frame says that the run is over. */
export function runInFrame({ run }: { run: string }, place: Element, onStep: (step: Step) => void): Promise<void> {
  const frame = element('iframe', { src: `/systems/frame/${run}`, title: 'The app of this run', tabindex: '-1' })
  const done = new AbortController()
  const finished = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The run has not ended after ${TIMEOUT_MS / 1000} seconds`)), TIMEOUT_MS)
    done.signal.addEventListener('abort', () => clearTimeout(timer))
    const receive = ({ origin, source, data }: MessageEvent<{ run: string; over?: true } & Step>) => {
      if (origin !== location.origin || source !== frame.contentWindow || data.run !== run) return
      if (data.over) resolve()
      else onStep(data)
    }
    addEventListener('message', receive, { signal: done.signal })
  })
  place.replaceChildren(frame)
  return finished.finally(() => {
    done.abort()
    frame.remove()
  })
}
