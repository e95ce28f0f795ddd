// Wycheproof's signatures and signed tokens through the tools of `countersign/jose`.

export function signatureTests({ test, jose, vectors, tally }) {
  for (const set of vectors.signatures) {
    test(`the signatures of ${set.file} as ${set.alg}`, () =>
      verifySignatures(set, jose.verifySignature, tally('signatures')))
  }

  for (const { file, cases } of vectors.tokens) {
    test(`the signed tokens of ${file}`, async () => {
      const seen = tally('signed tokens')
      for (const one of cases) {
        const verify = () => jose.verifyJws(one.token, one.keys, { algorithms: vectors.algorithms })
        seen.take({ ...one, name: `${file} ${one.id}` }, await verdictOf(verify))
      }
      seen.close()
    })
  }
}

/** Verifies every signature of a set with `verify(alg, jwk, input, signature)`. */
export async function verifySignatures({ file, alg, groups }, verify, seen) {
  for (const { jwk, cases } of groups) {
    for (const one of cases) {
      const verdict = await verdictOf(() => verify(alg, jwk, bytesOf(one.msg), bytesOf(one.sig)))
      seen.take({ ...one, alg, name: `${file} ${one.id}` }, verdict)
    }
  }
  seen.close()
}

/** The bytes of a hexadecimal text. */
export function bytesOf(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

/** `good`, `bad`, or the code for an unsupported algorithm. */
async function verdictOf(verify) {
  try {
    return (await verify()) ? 'good' : 'bad'
  } catch (error) {
    if (!error.code) return String(error)
    return error.code === 'OIDC_ALG_UNSUPPORTED' ? error.code : 'bad'
  }
}
