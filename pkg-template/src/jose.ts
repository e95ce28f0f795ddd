/** Tokens and keys by themselves, without a provider around them: for tests and tools. */

import { jwkOf } from './backend.js'
import { edgeCodes } from './codes/edge.js'
import type { Verdict } from './core.js'
import { errorOf, explain, learn, OidcError } from './error.js'
import { edgeHints } from './hints/edge.js'
import { decrypt, describe } from './host/decrypt.js'
import { importKey, judge, verdictOf } from './host/subtle.js'
import type { Call, Question } from './jose-core.js'
import { makeGlue } from './jose-glue.js'
import { instances, type Source } from './load.js'
import type { Opener } from './verifier-types.js'

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

/** The tools, over a module. */
export interface Jose {
  /**
   * The parts of a signed message (a compact JWS with any payload), once one of these keys is found
   * to have signed it. Of a set, the keys of its `kid` are asked, or every one that fits.
   *
   * Rejects with `OIDC_CONFIG_INVALID` (no `algorithms`), `OIDC_KEYS_INVALID`,
   * `OIDC_TOKEN_MALFORMED`, `OIDC_TOKEN_TOO_LARGE`, `OIDC_TOKEN_ENCRYPTED`, `OIDC_ALG_FORBIDDEN`,
   * `OIDC_CRIT_UNSUPPORTED`, `OIDC_KEY_NOT_FOUND`, `OIDC_SIGNATURE_INVALID` or
   * `OIDC_ALG_UNSUPPORTED` (by this runtime).
   */
  verifyJws(token: string, keys: Keys, options: VerifyOptions): Promise<VerifiedJws>
  /**
   * Whether a signature is the key's own over `input`. What is unknown, odd or out of range is
   * `false`. Rejects with `OIDC_ALG_UNSUPPORTED` where this runtime lacks the algorithm.
   */
  verifySignature(
    alg: string,
    jwk: JsonWebKey,
    input: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>
  /**
   * What is inside an encrypted token (a compact JWE), with the first of these private keys that
   * opens it. The private members stay with the platform's own crypto.
   *
   * Rejects with `OIDC_DECRYPT_FAILED` for every reason that has to do with a key, and with
   * `OIDC_CONFIG_INVALID`, `OIDC_TOKEN_MALFORMED`, `OIDC_TOKEN_TOO_LARGE`, `OIDC_ALG_FORBIDDEN` or
   * `OIDC_CRIT_UNSUPPORTED` (also for a compressed token) before one is looked at.
   */
  decryptJwe(
    token: string,
    keys: Keys | readonly JsonWebKey[],
    options: DecryptOptions,
  ): Promise<DecryptedJwe>
  /**
   * Opens the encrypted tokens of a verifier: what its setting `decryptionKeys` wants. What is
   * inside must be a signed token, and is verified as if it had come alone; a token that is not
   * encrypted is refused.
   */
  decryptionKeys(keys: Keys | readonly JsonWebKey[], options: DecryptOptions): Opener
  /**
   * The thumbprint of a public key with SHA-256 (RFC 7638), base64url.
   *
   * Rejects with `OIDC_KEYS_INVALID`.
   */
  thumbprint(jwk: JsonWebKey): Promise<string>
}

/** Makes the tools over a module. No I/O, and nothing is loaded before the first call. */
export function makeJose(source: Source): Jose {
  learn(edgeCodes)
  explain(edgeHints)
  const core = instances(source, makeGlue)
  const call: Call = async (name, ...inputs) => core.call(await core.get(), name, inputs) as never

  async function open(
    token: string,
    keys: Keys | readonly JsonWebKey[],
    options: DecryptOptions,
    isNested: boolean,
  ): Promise<DecryptedJwe> {
    const list = listOf(keys)
    const algs = json([options?.alg].flat())
    const encs = json([options?.enc].flat())
    const sealed = await call('readSealed', text(token), describe(list), algs, encs, isNested)
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
      return new TextDecoder().decode(plaintext)
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
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The JSON text of a value; of what has none, a text that the core refuses. */
const json = (value: unknown): string => JSON.stringify(value) ?? ''

function listOf(keys: Keys | readonly JsonWebKey[]): readonly JsonWebKey[] {
  if (Array.isArray(keys)) return keys
  const list: unknown = keys && 'keys' in keys ? keys.keys : [keys]
  return Array.isArray(list) ? list : []
}
