// A certificate that a key issues to itself (RFC 5280 section 4.1), for tests that publish `x5c`.
import { randomBytes, sign } from 'node:crypto'

const der = (tag, ...parts) => {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
const sequence = (...parts) => der(0x30, ...parts)
const oid = (hex) => der(0x06, Buffer.from(hex, 'hex'))
/** sha256WithRSAEncryption */
const ALGORITHM = sequence(oid('2a864886f70d01010b'), der(0x05))
const nameOf = (text) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))))

/** The certificate of an RSA key pair as base64 of DER, as `x5c` has it. */
export function certificateOf({ publicKey, privateKey }, name = 'mfa.example') {
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)])
  const validity = sequence(...['200101000000Z', '491231235959Z'].map((time) => der(0x17, Buffer.from(time))))
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ALGORITHM,
    nameOf(name),
    validity,
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', content, privateKey)
  return sequence(content, ALGORITHM, der(0x03, Buffer.from([0]), signature)).toString('base64')
}
