/** The body of a request, within limits. */

import { withTimeout } from '../../shared/abort.js'

/** How long to wait for the body of a request, in milliseconds. */
const BODY_TIMEOUT_MS = 2000

/**
 * Reads a body. Rejects if it has more than `most` bytes, does not end in time, breaks off, or was read before. A request that
 * never ends would otherwise hold its memory for as long as its sender likes.
 */
export async function readRequestBody(request: Request, most: number): Promise<Uint8Array> {
  if (request.bodyUsed) throw new TypeError('read before')
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  const read = async (): Promise<string> => {
    for (let part; reader && !(part = await reader.read()).done; ) {
      size += part.value.length
      if (size > most) return 'too large'
      chunks.push(part.value)
    }
    return ''
  }
  const fault = await withTimeout(BODY_TIMEOUT_MS, read(), 'too slow')
  if (fault) {
    // Lets the runtime drop the rest.
    reader?.cancel().catch(() => {})
    throw new RangeError(fault)
  }
  const body = new Uint8Array(size)
  size = 0
  for (const chunk of chunks) {
    body.set(chunk, size)
    size += chunk.length
  }
  return body
}
