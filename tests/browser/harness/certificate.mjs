// A certificate for this machine, valid for a day: WebKit stores cookies of other sites over TLS only.
import { randomBytes, sign } from 'node:crypto'
import { generateKeyPairSync } from '../../support/keys.mjs'

const DAY = 24 * 60 * 60 * 1000
const ECDSA_WITH_SHA256 = sequence(tagged(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex')

/** A key and a certificate (RFC 5280) for `localhost` and `127.0.0.1`, as node:https takes them. */
export function makeCertificate() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from('localhost')))))
  const hosts = sequence(
    tagged(0x82, Buffer.from('localhost')),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
  )
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    // A positive number.
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(Date.now() - DAY), time(Date.now() + DAY)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(sequence(SUBJECT_ALT_NAME, tagged(0x04, hosts)))),
  )
  const signature = tagged(0x03, sign('sha256', body, privateKey), [0])
  const certificate = sequence(body, ECDSA_WITH_SHA256, signature).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  }
}

// DER (X.690): a tag, a length of one to three bytes, `first`, and `content`.
function tagged(tag, content, first = []) {
  const length = content.length + first.length
  const bytes = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  const lengthBytes = length < 128 ? [length] : bytes
  return Buffer.concat([Buffer.from([tag, ...lengthBytes, ...first]), content])
}

function sequence(...parts) {
  return tagged(0x30, Buffer.concat(parts))
}

function time(milliseconds) {
  const digits = new Date(milliseconds).toISOString().replaceAll(/\D/g, '').slice(2, 14)
  return tagged(0x17, Buffer.from(`${digits}Z`))
}
