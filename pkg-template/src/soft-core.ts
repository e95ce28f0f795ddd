/** The border to the module that checks signatures: bytes in, a boolean out. */

/** The exports of the module. */
export interface Core {
  /**
   * Whether `signature` is the key's own over `input`, under the algorithm of this JOSE name. `key`
   * is the JSON text of a public JWK.
   */
  check(alg: string, key: string, input: Uint8Array, signature: Uint8Array): boolean
}
