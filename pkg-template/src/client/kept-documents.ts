/** The metadata and the keys of providers, kept for a while: each renewal would fetch the same keys again. */

import type { Answer } from '../core/effects.js'
import type { Host } from '../core/drive.js'
import { makeBoundedMap } from '../shared/bounded-map.js'

/** How long a document is used. A key that it lacks, or whose signature is wrong, is looked for at once. */
const TTL_MS = 5 * 60_000
const MAX_DOCUMENTS = 16

/** The effects of a host that fetch documents and use them. */
type DocumentHost = Pick<Host, 'send' | 'verify'>

/** Makes a memory. Returns a function that puts it before the host of one flow. */
export function makeKeptDocuments(): (host: DocumentHost) => DocumentHost {
  const documents = makeBoundedMap<string, { answer: Answer; until: number }>(MAX_DOCUMENTS)
  return (host) => {
    const fetched = new Map<string, Answer>()
    return {
      async send(request, signal) {
        const { method, url, headers, bypassCache } = request
        const isDocument = method === 'GET' && !headers.some(([name]) => name.toLowerCase() === 'authorization')
        const known = isDocument && !bypassCache && documents.get(url)
        if (known && Date.now() < known.until) return known.answer
        const answer = await host.send(request, signal)
        if (isDocument) fetched.set(url, answer)
        return answer
      },
      verify(effect) {
        // The core asks for a signature after it has read the documents: they are what they should be.
        for (const [url, answer] of fetched) documents.set(url, { answer, until: Date.now() + TTL_MS })
        return host.verify(effect)
      },
    }
  }
}
