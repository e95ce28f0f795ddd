/** The addresses of requests that got no response, for the `detail` of an error. */

import type { Answer, Send } from '../core/effects.js'

/** The requests of one flow that got no response. */
export interface Unanswered {
  /** Takes the answer to a request. Returns it. */
  note(request: Send, answer: Answer): Answer
  /** The address of the last one of the kind that an error names: a document of the provider, or another request. */
  addressOf(at: string): string | undefined
}

/** Makes the list of one flow. A flow fetches keys beside another request, and both may fail at once. */
export function makeUnanswered(): Unanswered {
  const addresses = new Map<boolean, string>()
  return {
    note(request, answer) {
      if (answer.length < 2) addresses.set(isDocument(request), request.url)
      return answer
    },
    addressOf: (at) => addresses.get(/^(metadata|jwks_uri)$/.test(at)),
  }
}

/** Whether a request asks for a document that the provider gives to everyone. */
export const isDocument = ({ method, headers }: Send): boolean =>
  method === 'GET' && !headers.some(([name]) => name.toLowerCase() === 'authorization')
