/** A signature over any bytes, judged by SubtleCrypto. */

import type { Verdict } from '../core.js'
import type { Question } from '../jose-core.js'
import { paramsOf } from './subtle.js'

/** What SubtleCrypto says of a signature over these bytes. Never rejects. */
export async function judge(question: Question, input: Uint8Array): Promise<Verdict> {
  const params = paramsOf(question.alg)
  if (!params) return 'unsupported'
  try {
    const jwk: JsonWebKey = Object.assign(Object.create(null), Object.fromEntries(question.key))
    const key = await crypto.subtle.importKey('jwk', jwk, params, false, ['verify'])
    const signature = Uint8Array.from(question.signature)
    const is = await crypto.subtle.verify(params, key, signature, Uint8Array.from(input))
    return is ? 'good' : 'bad'
  } catch (error) {
    return (error as Error)?.name === 'NotSupportedError' ? 'unsupported' : 'bad'
  }
}
