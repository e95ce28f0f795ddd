// Tokens for every runtime alike: good ones under each algorithm, and hostile ones, each with the
// one code that refuses it.
import { createHmac } from 'node:crypto'
import { ALGORITHMS, base64url, makeKeys, otherHalf, publicJwk, signature, token } from './signer.mjs'

const NOW = 1_900_000_000
const ISSUER = 'https://id.example.com'
const AUDIENCE = 'https://api.example.com'

/**
 * The settings of a verifier, and `cases`: a name, a token, the verdict (`good` or a code), the place of
 * the code, and the algorithm where the case is about one.
 */
export function makeTokens() {
  const keys = makeKeys()
  const jwks = { keys: Object.entries(keys).map(([kid, key]) => publicJwk(key, kid)) }
  const claims = {
    iss: ISSUER, aud: AUDIENCE, sub: 'alice', client_id: 'spa', jti: 'one',
    iat: NOW - 10, exp: NOW + 600,
  }
  const header = { alg: 'ES256', kid: 'p256', typ: 'at+jwt' }
  const material = { keys, claims, header, jwks, good: token(header, claims, keys.p256) }
  const cases = [
    ...ofAlgorithms(material), ...ofFormat(material), ...ofHeaders(material), ...ofSignatures(material),
    ...ofClaims(material),
  ]
  return {
    now: NOW,
    config: { issuer: ISSUER, audience: AUDIENCE, jwks },
    cases: cases.map(([name, text, verdict, at, alg]) => ({ name, token: text, verdict, at, alg })),
  }
}

// Each algorithm: its own signature is good, and with one bit turned it is not.
function ofAlgorithms({ keys, claims }) {
  return Object.entries(ALGORITHMS).flatMap(([alg, kid]) => {
    const header = { alg, kid, typ: 'at+jwt' }
    const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`
    const bytes = signature(alg, keys[kid], input)
    const turned = Buffer.from(bytes)
    turned[turned.length - 1] ^= 1
    const isEcdsa = alg.startsWith('ES')
    const other = () => [`${alg}, n - s`, `${input}.${base64url(otherHalf(alg, bytes))}`, 'good', '', alg]
    return [
      ...(isEcdsa ? [other()] : []),
      [alg, `${input}.${base64url(bytes)}`, 'good', '', alg],
      [`${alg}, a bit turned`, `${input}.${base64url(turned)}`, 'OIDC_SIGNATURE_INVALID', '', alg],
    ]
  })
}

function ofFormat({ keys, claims, header, good }) {
  const [head, body, sign] = good.split('.')
  const malformed = (name, text) => [name, text, 'OIDC_TOKEN_MALFORMED']
  const over = (first, second) => token(first, second, keys.p256, 'ES256')
  return [
    malformed('nothing', ''),
    malformed('two parts', `${head}.${body}`),
    malformed('four parts', `${good}.`),
    malformed('a space before', ` ${good}`),
    malformed('a line break after', `${good}\n`),
    malformed('padding', `${good}=`),
    malformed('the other alphabet', `${head}.${body}.+/${sign.slice(2)}`),
    malformed('a header that is no JSON', over('{"alg":"ES256"', claims)),
    malformed('a header that is a list', over('[]', claims)),
    malformed('a member twice in the header', over('{"alg":"ES256","alg":"ES256"}', claims)),
    malformed('claims that are a list', over(header, '[]')),
    malformed('claims that are no UTF-8', over(header, Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'))),
    malformed('a claim twice', over(header, JSON.stringify(claims).replace('{', '{"iss":"x",'))),
    ['five parts', `${head}....${sign}`, 'OIDC_TOKEN_ENCRYPTED'],
    ['a megabyte', over(header, { ...claims, filler: 'x'.repeat(1 << 20) }), 'OIDC_TOKEN_TOO_LARGE'],
  ]
}

function ofHeaders({ keys, claims, header, jwks }) {
  const body = base64url(JSON.stringify(claims))
  const of = (changes) => token({ ...header, ...changes }, claims, keys.p256, 'ES256')
  const unsigned = (alg) => `${base64url(JSON.stringify({ ...header, alg }))}.${body}.`
  const hmacInput = `${base64url(JSON.stringify({ ...header, alg: 'HS256', kid: 'rsa' }))}.${body}`
  const secret = JSON.stringify(jwks.keys[0])
  const hmac = createHmac('sha256', secret).update(hmacInput).digest('base64url')
  return [
    ...['none', 'None', 'nOnE', 'HS256', 'RS1', 'ES256k', ''].map((alg) =>
      [`alg ${alg}, unsigned`, unsigned(alg), 'OIDC_ALG_FORBIDDEN']),
    ['an HMAC with the public key as its secret', `${hmacInput}.${hmac}`, 'OIDC_ALG_FORBIDDEN'],
    ['no alg', of({ alg: undefined }), 'OIDC_ALG_FORBIDDEN'],
    ['an alg that is a list', of({ alg: ['ES256'] }), 'OIDC_ALG_FORBIDDEN'],
    ['crit with exp', of({ crit: ['exp'], exp: NOW }), 'OIDC_CRIT_UNSUPPORTED'],
    ['crit with b64', of({ crit: ['b64'], b64: false }), 'OIDC_CRIT_UNSUPPORTED'],
    ['crit with nothing in it', of({ crit: [] }), 'OIDC_CRIT_UNSUPPORTED'],
    ['typ JWT', of({ typ: 'JWT' }), 'OIDC_TYP_FORBIDDEN'],
    ['typ dpop+jwt', of({ typ: 'dpop+jwt' }), 'OIDC_TYP_FORBIDDEN'],
    ['typ logout+jwt', of({ typ: 'logout+jwt' }), 'OIDC_TYP_FORBIDDEN'],
    ['no typ', of({ typ: undefined }), 'OIDC_TYP_FORBIDDEN'],
    ['typ in capitals', of({ typ: 'AT+JWT' }), 'good'],
    ['typ as a media type', of({ typ: 'application/at+jwt' }), 'good'],
    ['an unknown kid', of({ kid: 'unknown' }), 'OIDC_KEY_NOT_FOUND'],
    ['the key of another algorithm', of({ kid: 'rsa' }), 'OIDC_KEY_NOT_FOUND'],
    ['no kid', of({ kid: undefined }), 'good'],
    ['addresses of keys, which are not followed', of({ jku: 'https://evil.example/', x5u: 'https://evil.example/' }), 'good'],
  ]
}

function ofSignatures({ keys, claims, header, good }) {
  const [head, body, sign] = good.split('.')
  const bytes = Buffer.from(sign, 'base64url')
  const stranger = makeKeys().p256
  const own = { ...header, jwk: publicJwk(stranger, 'p256') }
  const wrong = (name, text) => [name, text, 'OIDC_SIGNATURE_INVALID']
  const with_ = (raw) => `${head}.${body}.${base64url(raw)}`
  const otherBody = base64url(JSON.stringify({ ...claims, sub: 'mallory' }))
  return [
    wrong('the key of a stranger', token(header, claims, stranger)),
    wrong('a key that the token brings along', token(own, claims, stranger)),
    wrong('other claims under a good signature', `${head}.${otherBody}.${sign}`),
    wrong('no signature', `${head}.${body}.`),
    wrong('a signature of zeros', with_(Buffer.alloc(64))),
    wrong('a byte too many', with_(Buffer.concat([bytes, Buffer.alloc(1)]))),
    wrong('half of it', with_(bytes.subarray(0, 32))),
    wrong('r and s the other way round', with_(Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)]))),
  ]
}

function ofClaims({ keys, claims, header }) {
  const of = (changes) => token(header, { ...claims, ...changes }, keys.p256)
  const raw = (text) => token(header, text, keys.p256)
  const invalid = (name, changes, at) => [name, of(changes), 'OIDC_CLAIM_INVALID', at]
  return [
    ['another issuer', of({ iss: 'https://evil.example' }), 'OIDC_ISSUER_MISMATCH'],
    ['the issuer with a slash', of({ iss: `${ISSUER}/` }), 'OIDC_ISSUER_MISMATCH'],
    ['another audience', of({ aud: 'https://other.example' }), 'OIDC_AUDIENCE_MISMATCH'],
    ['a list of audiences with ours', of({ aud: ['https://other.example', AUDIENCE] }), 'good'],
    invalid('no audience', { aud: undefined }, 'aud'),
    invalid('an audience that is a number', { aud: 1 }, 'aud'),
    ['ended before the tolerance', of({ exp: NOW - 31 }), 'OIDC_TOKEN_EXPIRED'],
    ['ended within the tolerance', of({ exp: NOW - 29 }), 'good'],
    invalid('no end', { exp: undefined }, 'exp'),
    invalid('an end that is a text', { exp: String(NOW + 600) }, 'exp'),
    ['an end beyond all numbers', raw(JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e400')), 'OIDC_CLAIM_INVALID', 'exp'],
    ['not valid yet', of({ nbf: NOW + 31 }), 'OIDC_TOKEN_NOT_YET_VALID'],
    ['issued in the future', of({ iat: NOW + 31 }), 'OIDC_ISSUED_IN_FUTURE'],
    invalid('no user', { sub: undefined }, 'sub'),
    invalid('no client', { client_id: undefined }, 'client_id'),
    invalid('no number of its own', { jti: undefined }, 'jti'),
    ['__proto__ as a claim', raw(JSON.stringify(claims).replace('{', '{"__proto__":{"admin":true},')), 'good'],
  ]
}
