/** The border to the module of the tools: what goes in and what comes out. Every export is sync. */

import type { Failure } from './page.js'
import type { Unlock } from '../host/crypto/decrypt.js'

/** The exports of the module. What comes out is JSON text, read as {@link Said} says. */
export interface Core {
  /** Reads a signed message; `keys` is the JSON text of a JWK or a set of them. */
  readSigned(token: string, keys: string, algorithms: string): string
  /** The question about one signature, but for what was signed. */
  askSignature(alg: string, key: string, signature: Uint8Array): string | undefined
  /** Reads an encrypted token; `keys` is the JSON text of a list of JWKs. */
  readSealed(token: string, keys: string, algs: string, encs: string, isNested: boolean): string
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
  was: 'error'
  failure: Failure
}

/** What the JSON text of an export says. */
export interface Said {
  readSigned: Refused | { header: string; payload: number[]; questions: Question[] }
  askSignature: Question | undefined
  readSealed: Refused | { header: Record<string, unknown>; question: Unlock }
  thumbprint: Refused | { thumbprint: string }
}

/** Calls one export. */
export type Call = <K extends keyof Core>(
  name: K,
  ...inputs: Parameters<Core[K]>
) => Promise<Said[K]>
