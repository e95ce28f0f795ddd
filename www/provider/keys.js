// Signing keys. They are made at every start and never saved.
import { generateKeyPair, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'

const generate = promisify(generateKeyPair)

/** Makes two private JWKs: RS256, which every provider must support, and ES256. */
export async function makeKeys() {
  const [rsa, ec] = await Promise.all([
    generate('rsa', { modulusLength: 2048 }),
    generate('ec', { namedCurve: 'P-256' }),
  ])
  return [jwk(rsa, 'RS256'), jwk(ec, 'ES256')]
}

function jwk(pair, alg) {
  return { ...pair.privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomUUID() }
}
