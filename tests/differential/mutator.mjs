// Changes to tokens: letters, parts, headers (signed or encrypted again, so that only what they say
// can be wrong), payloads, and the numbers that signatures are made of.
import { publicKey, read, sealed, signed, write } from './makers.mjs'
import { pick } from './random.mjs'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const FOREIGN = ['=', '.', '+', '/', ' ', '\n', '\0', '%', '~', '\u3002', 'é', '==', '{', '"']
const ALGS = [
  'none',
  'None',
  'HS256',
  'RS256',
  'PS256',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
  'es256',
  'dir',
  '',
  'ES256K',
  'RSA1_5',
]

/** More members that a header may have, as JSON text. */
const MEMBERS = [
  '"crit":["exp"],"exp":1',
  '"crit":[]',
  '"crit":["b64"],"b64":true',
  '"crit":["b64"],"b64":false',
  '"crit":"b64"',
  '"crit":null',
  '"crit":["alg"]',
  '"b64":true',
  '"b64":false',
  '"b64":null',
  '"kid":"x"',
  '"kid":1',
  '"kid":null',
  '"kid":{}',
  '"typ":"JWT"',
  '"typ":1',
  '"typ":["JWT"]',
  '"cty":"JWT"',
  '"jku":"https://evil.example/k"',
  '"x5c":["AA"]',
  '"x5u":"https://evil.example"',
  '"jwk":{"kty":"oct","k":"AA"}',
  '"zip":"DEF"',
  '"zip":null',
  '"__proto__":{"alg":"none"}',
  '"constructor":1',
  '"a":"\\ud800"',
  '"a":"\\u0000"',
  '"a":1e999',
  '"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]',
  '"alg":"none"',
  '"\\u0061lg":"none"',
  '"a":1,"a":2',
  '"enc":"A128GCM"',
  '"epk":{}',
  '"apu":"A"',
  '"apu":1',
  '"p2c":1',
  '"a":"é🦀"',
]

/** A change, what it is, and the token that it makes. */
export function mutate(random, subject) {
  const [name, change] = pick(random, subject.enc ? OF_SEALED : OF_SIGNED)
  return { name, token: change(random, subject) }
}

const swapAt = (text, place, length, by) => text.slice(0, place) + by + text.slice(place + length)

const letter = (random, { token }) => swapAt(token, random(token.length), 1, pick(random, LETTERS))
const foreign = (random, { token }) =>
  swapAt(token, random(token.length + 1), random(2), pick(random, FOREIGN))
const dropped = (random, { token }) => swapAt(token, random(token.length), 1 + random(3), '')
const doubled = (random, { token }) => {
  const place = random(token.length)
  return swapAt(token, place, 0, token.slice(place, place + 1 + random(3)))
}

/** The last letter of a part, with one of its unused bits set where it has any. */
function unusedBits(random, { token }) {
  const parts = token.split('.')
  const place = random(parts.length)
  const last = LETTERS.indexOf(parts[place].at(-1))
  parts[place] = parts[place].slice(0, -1) + LETTERS[last ^ (1 << random(4))]
  return parts.join('.')
}

function inParts(random, { token }) {
  const parts = token.split('.')
  const [one, other] = [random(parts.length), random(parts.length)]
  return pick(random, [
    () => parts.with(one, parts[other]),
    () => parts.with(one, ''),
    () => parts.toSpliced(one, 1),
    () => parts.toSpliced(one, 0, parts[other]),
    () => parts.toSpliced(one, 0, ''),
    () => parts.with(one, `${parts[one]}=`),
    () => parts.with(one, ` ${parts[one]}`),
    () => parts.with(one, parts[one] + parts[other]),
    () => parts.with(one, parts[one].replaceAll('-', '+').replaceAll('_', '/')),
    () => parts.with(one, write(JSON.stringify(parts[one]))),
  ])().join('.')
}

/** A header that says more, less or otherwise. */
function header(random, { alg, enc }) {
  const rest = enc
    ? `,"enc":${JSON.stringify(pick(random, [enc, enc, enc, 'A192GCM', 'none']))}`
    : ''
  const named = random(3) ? alg : pick(random, ALGS)
  return pick(random, [
    () => `{"alg":"${named}"${rest},${pick(random, MEMBERS)}}`,
    () => `{${pick(random, MEMBERS)},"alg":"${named}"${rest}}`,
    () => ` {\n"alg" : "${named}"${rest} }\t`,
    () => `{"alg":"${named}"${rest}}${pick(random, ['{}', 'x', '\0', ' ', ','])}`,
    () => `${pick(random, ['\ufeff', '[', '"', '\u00a0'])}{"alg":"${named}"${rest}}`,
    () => `{"\\u0061lg":"${named}"${rest}}`,
    () => `{"alg":["${named}"]${rest}}`,
    () => `{"Alg":"${named}"${rest}}`,
    () => `{"alg":"${named}","alg":"${named}"${rest}}`,
    () => `{"alg":${pick(random, ['null', '1', '{}', 'true'])}${rest}}`,
    () =>
      Buffer.concat([
        Buffer.from(`{"alg":"${named}"${rest},"a":"`),
        Buffer.from([0x80 + random(128)]),
        Buffer.from('"}'),
      ]),
    () => pick(random, ['', '{}', '[]', 'null', '""', '1']),
  ])()
}

const signedAgain = (random, subject) => signed(subject.alg, header(random, subject), 'x')
const encryptedAgain = (random, subject) => sealed(subject.enc, header(random, subject), 'x')
const headerAlone = (random, subject) =>
  [write(header(random, subject)), ...subject.token.split('.').slice(1)].join('.')

const anyPayload = (random, { alg }) => {
  const bytes = Uint8Array.from({ length: random(40) }, () => random(256))
  return signed(alg, JSON.stringify({ alg }), bytes)
}

/** A public key is no secret (CVE-2015-9235): its text as an HMAC key makes no valid signature. */
const confused = (random, { alg, token }) => {
  const payload = token.split('.')[1]
  return `${write('{"alg":"HS256"}')}.${payload}.${write(JSON.stringify(publicKey(alg)).slice(0, 32 + random(9)))}`
}

const ORDERS = {
  ES256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ES384:
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ES512:
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  EdDSA: '1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed',
}

const number = (bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
const bytesOf = (value, length) =>
  Buffer.from(
    value
      .toString(16)
      .padStart(length * 2, '0')
      .slice(-length * 2),
    'hex',
  )

/** Other spellings of a signature's numbers, and numbers that are out of range. */
function numbers(random, { alg, token }) {
  const parts = token.split('.')
  const bytes = read(parts[2])
  parts[2] = write(
    alg.startsWith('E') && alg !== 'EdDSA' && alg !== 'Ed25519'
      ? ofCurve(random, alg, bytes)
      : ofBytes(random, alg, bytes),
  )
  return parts.join('.')
}

function ofCurve(random, alg, bytes) {
  const [half, order] = [bytes.length / 2, BigInt(`0x${ORDERS[alg]}`)]
  const [r, s] = [number(bytes.subarray(0, half)), number(bytes.subarray(half))]
  const pair = (r, s, length = half) => Buffer.concat([bytesOf(r, length), bytesOf(s, length)])
  const der = (value) => {
    const hex = value.toString(16)
    const even = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
    const body = even[0] & 0x80 ? Buffer.concat([Buffer.of(0), even]) : even
    return Buffer.concat([Buffer.of(2, body.length), body])
  }
  return pick(random, [
    () => pair(r, order - s),
    () => pair(s, r),
    () => pair(0n, s),
    () => pair(r, 0n),
    () => pair(0n, 0n),
    () => pair(order, order),
    () => pair(r, s + order),
    () => pair(r + order, s),
    () => pair(order - r, s),
    () => pair(r, s, half + 1),
    () => pair(r, s, half - 1),
    () => {
      const body = Buffer.concat([der(r), der(s)])
      return Buffer.concat([
        body.length > 127 ? Buffer.of(0x30, 0x81, body.length) : Buffer.of(0x30, body.length),
        body,
      ])
    },
  ])()
}

function ofBytes(random, alg, bytes) {
  const flipped = Buffer.from(bytes)
  flipped[random(bytes.length)] ^= 1 << random(8)
  const choices = [
    () => flipped,
    () => bytes.subarray(0, -1 - random(3)),
    () => Buffer.concat([bytes, Buffer.of(0)]),
    () => Buffer.concat([Buffer.of(0), bytes]),
    () => Buffer.alloc(bytes.length),
    () => Buffer.alloc(bytes.length, 0xff),
    () => Buffer.alloc(0),
  ]
  if (alg === 'EdDSA' || alg === 'Ed25519') {
    const s = number(Buffer.from(bytes.subarray(32)).reverse()) + BigInt(`0x${ORDERS.EdDSA}`)
    choices.push(() => Buffer.concat([bytes.subarray(0, 32), bytesOf(s, 32).reverse()]))
  } else {
    const sum = number(bytes) + number(read(publicKey(alg).n))
    choices.push(
      () => bytesOf(sum, 256),
      () => bytesOf(sum, 257),
    )
  }
  return pick(random, choices)()
}

const ofAny = [
  ['a letter', letter],
  ['a foreign letter', foreign],
  ['letters dropped', dropped],
  ['letters doubled', doubled],
  ['unused bits', unusedBits],
  ['parts', inParts],
  ['another header', headerAlone],
]
const OF_SIGNED = [
  ...ofAny,
  ['a header signed again', signedAgain],
  ['a header signed again', signedAgain],
  ['any payload', anyPayload],
  ['a confused key', confused],
  ['numbers', numbers],
  ['numbers', numbers],
  ['nothing', (_, { token }) => token],
]
const OF_SEALED = [...ofAny, ['nothing', (_, { token }) => token]]
const OF_DIRECT = [
  ['a header encrypted again', encryptedAgain],
  ['a header encrypted again', encryptedAgain],
]

/** As {@link mutate}, for a token under a shared secret, whose header can be encrypted again. */
export function mutateDirect(random, subject) {
  const [name, change] = pick(random, [...OF_SEALED, ...OF_DIRECT])
  return { name, token: change(random, subject) }
}
