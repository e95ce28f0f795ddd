/** Tokens and keys by themselves, without a provider around them: for tests and tools. */

import { shortened } from '../edge/input.js'
import { jwkOf } from '../shared/backend.js'
import { edgeCodes } from '../generated/codes/edge.js'
import type { Verdict } from '../core/page.js'
import { errorOf, explain, learn, OidcError } from '../shared/error.js'
import { edgeHints } from '../generated/hints/edge.js'
import { decrypt, describe } from '../host/crypto/decrypt.js'
import { importKey, judge, verdictOf } from '../host/crypto/subtle.js'
import type { Call, Question } from '../core/jose.js'
import { makeGlue } from '../core/wasm/jose-glue.js'
import type { DecryptedJwe, DecryptOptions, Jose, Jwk, Keys } from './types.js'
import { instances, type Source } from '../core/load.js'

/** Makes the tools over a module. No I/O, and nothing is loaded before the first call. */
export function makeJose(source: Source): Jose {
  learn(edgeCodes)
  explain(edgeHints)
  const core = instances(source, makeGlue)
  const call: Call = async (name, ...inputs) => core.call(await core.get(), name, inputs) as never

  async function open(
    token: string,
    keys: Keys | readonly Jwk[],
    options: DecryptOptions,
    isNested: boolean,
  ): Promise<DecryptedJwe> {
    const list = listOf(keys)
    const algs = json([options?.alg].flat())
    const encs = json([options?.enc].flat())
    const sealed = await call('readSealed', text(token), shown(list), algs, encs, isNested)
    if ('failure' in sealed) throw errorOf(sealed.failure)
    const plaintext = await decrypt(sealed.question, list)
    if (!plaintext) throw new OidcError('OIDC_DECRYPT_FAILED')
    return { header: sealed.header, plaintext }
  }

  return {
    async verifyJws(token, keys, options) {
      const signed = await call('readSigned', text(token), json(keys), json(options?.algorithms))
      if ('failure' in signed) throw errorOf(signed.failure)
      await anyGood(signed.questions)
      return { header: JSON.parse(signed.header), payload: Uint8Array.from(signed.payload) }
    },

    async verifySignature(alg, jwk, input, signature) {
      const question = await call('askSignature', text(alg), json(jwk), signature)
      return question !== undefined && isGood(await ask(question, Uint8Array.from(input)))
    },

    decryptJwe: (token, keys, options) => open(token, keys, options, false),

    decryptionKeys: (keys, options) => async (token) => {
      const { plaintext } = await open(token, keys, options, true)
      // What is no UTF-8 becomes a text that is no token.
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(plaintext)
    },

    async thumbprint(jwk) {
      const said = await call('thumbprint', json(jwk))
      if ('failure' in said) throw errorOf(said.failure)
      return said.thumbprint
    },
  }
}

/** Resolves when one of these signatures is good, in their order. */
async function anyGood(questions: readonly Question[]): Promise<void> {
  const encoder = new TextEncoder()
  for (const question of questions) {
    if (isGood(await ask(question, encoder.encode(question.input)))) return
  }
  throw new OidcError('OIDC_SIGNATURE_INVALID')
}

async function ask(question: Question, input: Uint8Array<ArrayBuffer>): Promise<Verdict> {
  const { alg, key, signature } = question
  try {
    const imported = await importKey(alg, jwkOf(key))
    return imported ? await judge(alg, imported, input, Uint8Array.from(signature)) : 'unsupported'
  } catch (error) {
    return verdictOf(error)
  }
}

/** Throws `OIDC_ALG_UNSUPPORTED` where nobody can tell. */
function isGood(verdict: Verdict): boolean {
  if (verdict === 'unsupported') throw new OidcError('OIDC_ALG_UNSUPPORTED')
  return verdict === 'good'
}

/** What is no text is a text that the core refuses. */
const text = (value: unknown): string => (typeof value === 'string' ? shortened(value) : '')

/** The JSON text of a value; of what has none, a text that the core refuses. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

/** What the core may see of the keys. */
function shown(keys: readonly Jwk[]): string {
  try {
    return describe(keys)
  } catch (cause) {
    throw new OidcError('OIDC_KEYS_INVALID', '', cause)
  }
}

function listOf(keys: Keys | readonly Jwk[]): readonly Jwk[] {
  if (Array.isArray(keys)) return keys
  if (typeof keys !== 'object' || keys === null) return []
  const list: unknown = 'keys' in keys ? keys.keys : [keys]
  return Array.isArray(list) ? list : []
}
