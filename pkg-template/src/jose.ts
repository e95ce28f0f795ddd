/** Tokens and keys by themselves, without a provider around them: for tests and tools. */

import { errorOf, OidcError } from './error.js'
import { decrypt, describe } from './host/decrypt.js'
import { judge } from './host/judge.js'
import type { CallJose, Question } from './jose-core.js'

/** A public key as a JWK (RFC 7517), or a set of them. */
export type Keys = JsonWebKey | { readonly keys: readonly JsonWebKey[] }

/** A signed message whose signature is good. */
export interface VerifiedJws {
  /** The protected header. */
  readonly header: Readonly<Record<string, unknown>>
  /** What was signed. */
  readonly payload: Uint8Array<ArrayBuffer>
}

/** What was inside an encrypted token. Anybody may have written it: verify it, if it is signed. */
export interface DecryptedJwe {
  /** The protected header. */
  readonly header: Readonly<Record<string, unknown>>
  /** What was encrypted. */
  readonly plaintext: Uint8Array<ArrayBuffer>
}

/** What a signed message may be signed with. */
export interface VerifyOptions {
  /** Names of algorithms, e.g. `['ES256']`; others are refused, and so is every message without. */
  readonly algorithms: readonly string[]
}

/** What a token may be encrypted with. */
export interface DecryptOptions {
  /** Names of algorithms for the content key, e.g. `'RSA-OAEP-256'`. */
  readonly alg: string | readonly string[]
  /** Names of algorithms for the content, e.g. `'A256GCM'`. */
  readonly enc: string | readonly string[]
}

/** The tools, over a core. */
export interface Jose {
  verifyJws(token: string, keys: Keys, options: VerifyOptions): Promise<VerifiedJws>
  verifySignature(
    alg: string,
    jwk: JsonWebKey,
    input: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>
  decryptJwe(
    token: string,
    keys: Keys | readonly JsonWebKey[],
    options: DecryptOptions,
  ): Promise<DecryptedJwe>
  thumbprint(jwk: JsonWebKey): Promise<string>
}

/** Makes the tools over a core. No I/O. */
export function makeJose(call: CallJose): Jose {
  return {
    async verifyJws(token, keys, options) {
      const signed = await call('readSigned', text(token), json(keys), json(options?.algorithms))
      if ('failure' in signed) throw errorOf(signed.failure)
      await anyGood(signed.questions)
      return { header: JSON.parse(signed.header), payload: Uint8Array.from(signed.payload) }
    },

    async verifySignature(alg, jwk, input, signature) {
      const question = await call('askSignature', text(alg), json(jwk), signature)
      return question !== undefined && (await judge(question, input)) === 'good'
    },

    async decryptJwe(token, keys, options) {
      const list = listOf(keys)
      const [algs, encs] = [options?.alg, options?.enc].map((names) => json([names].flat()))
      const sealed = await call('readSealed', text(token), describe(list), algs!, encs!)
      if ('failure' in sealed) throw errorOf(sealed.failure)
      const plaintext = await decrypt(sealed.question, list)
      if (!plaintext) throw new OidcError('OIDC_DECRYPT_FAILED')
      return { header: sealed.header, plaintext }
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
  let verdict = 'bad'
  for (const question of questions) {
    verdict = await judge(question, encoder.encode(question.input))
    if (verdict === 'good') return
  }
  const isMissing = verdict === 'unsupported' || verdict === 'unavailable'
  throw new OidcError(isMissing ? 'OIDC_ALG_UNSUPPORTED' : 'OIDC_SIGNATURE_INVALID')
}

/** What is no text is a text that the core refuses. */
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The JSON text of a value; of what has none, a text that the core refuses. */
const json = (value: unknown): string => JSON.stringify(value) ?? ''

function listOf(keys: Keys | readonly JsonWebKey[]): readonly JsonWebKey[] {
  if (Array.isArray(keys)) return keys
  const list: unknown = keys && 'keys' in keys ? keys.keys : [keys]
  return Array.isArray(list) ? list : []
}
