/** The border of the tools: what the core's exports take, and what they say. */

import type { Failure } from './core.js'
import type { Unlock } from './host/decrypt.js'

/** The exports that the tools call. What comes out is JSON text, read as {@link SaidOfJose} says. */
export interface JoseCore {
  /** Reads a signed message; `keys` is the JSON text of a JWK or a set of them. */
  readSigned(token: string, keys: string, algorithms: string): string
  /** The question about one signature, but for what was signed. */
  askSignature(alg: string, key: string, signature: Uint8Array): string | undefined
  /** Reads an encrypted token; `keys` is the JSON text of a list of JWKs. */
  readSealed(token: string, keys: string, algs: string, encs: string): string
  /** The thumbprint of a JWK. */
  thumbprint(key: string): string
}

/** A question about one signature. Bytes are numbers from 0 to 255. */
export interface Question {
  alg: string
  key: [name: string, value: string][]
  /** What was signed, ASCII; empty where the asker has it. */
  input: string
  signature: number[]
}

interface Refused {
  failure: Failure
}

/** What the JSON text of an export says. */
export interface SaidOfJose {
  readSigned: Refused | { header: string; payload: number[]; questions: Question[] }
  askSignature: Question | undefined
  readSealed: Refused | { header: Record<string, unknown>; question: Unlock }
  thumbprint: Refused | { thumbprint: string }
}

/** Calls one export of the core. */
export type CallJose = <K extends keyof JoseCore>(
  name: K,
  ...inputs: Parameters<JoseCore[K]>
) => Promise<SaidOfJose[K]>
