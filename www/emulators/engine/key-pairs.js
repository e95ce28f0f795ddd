// Key pairs for tests.
import * as crypto from 'node:crypto'

/**
 * A key pair, as `generateKeyPairSync` of `node:crypto` makes it. Its keys are read from PEM: Node 20 hangs if the
 * garbage collector removes the job that made a key while the same key is exported as a JWK, because both take the
 * key's lock.
 */
export function generateKeyPairSync(type, options) {
  const { publicKey, privateKey } = crypto.generateKeyPairSync(type, {
    ...options,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { publicKey: crypto.createPublicKey(publicKey), privateKey: crypto.createPrivateKey(privateKey) }
}
