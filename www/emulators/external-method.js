// Entra as an external authentication method meets it: it publishes keys, posts requests with a hint, and validates answers as
// its documentation says.
import { X509Certificate, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { certificateOf } from './engine/certificate.js'
import { generateKeyPairSync } from './engine/key-pairs.js'
import { makeToken, readToken } from './engine/tokens.js'

const vector = (path) => JSON.parse(readFileSync(new URL(`../../tests/vectors/providers/${path}`, import.meta.url), 'utf8'))

export const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
export const APP_ID = '00001111-aaaa-2222-bbbb-3333cccc4444'
export const CLIENT_ID = 'contoso'

export const newPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A signing key as the settings of the method have it. */
export function signingKey(more = {}, pair = newPair()) {
  return { key: pair.privateKey.export({ format: 'jwk' }), x5c: [certificateOf(pair)], ...more }
}

/** Opens the Entra of a cloud. Its addresses are the real ones; the caller serves them. */
export function openEntra({ cloud = 'login.microsoftonline.com', path = 'externalauthprovider' } = {}) {
  const pair = newPair()
  const { n, e } = pair.publicKey.export({ format: 'jwk' })
  const issuer = `https://${cloud}/{tenantid}/v2.0`
  const keys = { keys: [{ kty: 'RSA', use: 'sig', kid: 'entra-1', x5t: 'entra-1', n, e, x5c: [certificateOf(pair, cloud)], issuer }] }
  const recorded = JSON.stringify(vector('entra/openid-configuration.common.v2.json'))
  const entra = {
    cloud,
    pair,
    redirectUri: `https://${cloud}/common/federation/${path}`,
    /** The documents by their path. */
    documents: {
      '/common/v2.0/.well-known/openid-configuration': recorded.replaceAll('login.microsoftonline.com', cloud),
      '/common/discovery/v2.0/keys': JSON.stringify(keys),
    },

    /** The claims of a hint that is issued now, as the documented example has them: expired one second before. */
    claims(more = {}) {
      const example = vector('entra-eam/id_token_hint.member.payload.json')
      const iat = Math.floor(Date.now() / 1000)
      const iss = `https://${cloud}/${TENANT}/v2.0`
      return { ...example, iss, aud: APP_ID, tid: TENANT, iat, nbf: iat, exp: iat - 1, ...more }
    },

    hint: (more, { key = pair.privateKey, header } = {}) =>
      makeToken({ typ: 'JWT', alg: 'RS256', kid: 'entra-1', ...header }, entra.claims(more), { privateKey: key }),

    /** The parameters of a request. A member that is `undefined` is left out. */
    parameters(more = {}, claims = {}) {
      const all = {
        scope: 'openid',
        response_type: 'Id_token',
        response_mode: 'form_post',
        client_id: CLIENT_ID,
        redirect_uri: entra.redirectUri,
        claims: JSON.stringify(vector('entra-eam/claims-parameter.json')),
        nonce: 'nonce <of> "Entra"',
        state: 'state+/=<script>&amp;"\'',
        'client-request-id': '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f51',
        id_token_hint: 'id_token_hint' in more ? undefined : entra.hint(claims),
        ...more,
      }
      return Object.entries(all).filter(([, value]) => value !== undefined)
    },
  }
  return entra
}

/**
 * The claims of an answer that Entra accepts: its keys come by discovery, the certificate is in `x5c`, and each claim is that
 * of the table. Throws what is wrong. `discovery` is the address of the metadata, `sent` are the parameters of the request.
 */
export async function acceptAnswer({ fetch, discovery, fields, sent }) {
  const check = (is, what) => {
    if (!is) throw new Error(what)
  }
  check(fields.id_token, `AADSTS900144: there is no id_token: ${fields.error}`)
  check(fields.state === sent.state, 'The state is another one')
  const { issuer, jwks_uri: address } = await (await fetch(discovery)).json()
  check(discovery.startsWith(`${issuer}/`), 'AADSTS50027: the issuer is another one')
  const { keys } = await (await fetch(address)).json()
  const [header, claims] = readToken(fields.id_token)
  const key = keys.find(({ kid }) => kid === header.kid)
  check(key && header.alg === 'RS256', 'AADSTS50012: there is no such key')
  const { publicKey } = new X509Certificate(Buffer.from(key.x5c[0], 'base64'))
  const [head, body, signature] = fields.id_token.split('.')
  const isSigned = verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url'))
  check(isSigned, 'AADSTS50012: the signature is wrong')
  const now = Date.now() / 1000
  const [, hint] = readToken(sent.id_token_hint)
  check(claims.iss === issuer && claims.aud === sent.client_id, 'AADSTS50027: iss or aud is another one')
  check(claims.exp > now && claims.iat <= now + 1, 'AADSTS50027: the token is not valid now')
  check(claims.sub === hint.sub && claims.nonce === sent.nonce, 'AADSTS50027: sub or nonce is another one')
  return claims
}
