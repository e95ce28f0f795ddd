// Three routes of one API: without a check, with `guard`, and with jose by hand.
import { createVerifier } from 'countersign/edge'
import { createLocalJWKSet, jwtVerify } from 'jose'
import jwk from 'given:jwk'

const issuer = 'https://id.example.com'
const audience = 'https://api.example.com'
const verifier = createVerifier({ issuer, audience, jwks: { keys: [jwk] } })
const keys = createLocalJWKSet({ keys: [jwk] })

const ROUTES = {
  '/open': async () => 'public',
  '/guard': async (request) => {
    const pass = await verifier.guard(request, { scope: 'inbox:read' })
    return pass.ok ? pass.claims.sub : undefined
  },
  '/jose': async (request) => {
    const [scheme, token] = (request.headers.get('authorization') ?? '').split(' ')
    if (scheme !== 'Bearer') return undefined
    const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' })
    return payload.scope.split(' ').includes('inbox:read') ? payload.sub : undefined
  },
}

export default {
  async fetch(request) {
    const sub = await ROUTES[new URL(request.url).pathname](request)
    return sub ? Response.json({ sub }) : new Response(null, { status: 401 })
  },
}
