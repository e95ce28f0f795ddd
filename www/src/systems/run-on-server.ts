// A row that runs on the demo's server: each line of its response is a step.
import type { Step } from './step.ts'

/** Reads the steps of a run as they come. Rejects if the run ends without its last step. */
export async function runOnServer(response: Response, onStep: (step: Step) => void): Promise<void> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const lines = (text + chunk.value).split('\n')
    text = lines.pop()!
    for (const line of lines) {
      const step: Step & { over?: string } = JSON.parse(line)
      if (step.over) throw new Error(step.over)
      onStep(step)
    }
  }
}
