// An API at the edge: a Worker that answers requests with an access token for it.
import { createVerifier, kvCache } from 'countersign/edge'

const verifier = createVerifier((env) => ({
  issuer: env.ISSUER,
  // The name of this API in the tokens. A token for another API is refused.
  audience: env.AUDIENCE,
  // Pages of these origins may call the API, and may read why it refused.
  cors: { origins: [env.APP_ORIGIN] },
  // All isolates share the issuer's keys.
  keys: kvCache(env.KEYS),
  clockTolerance: env.CLOCK_TOLERANCE,
  // Plain http is accepted for a provider on this machine, and only there.
  allowLoopbackIssuer: true,
}))

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    // For a sensitive request the user must have signed in a short time ago.
    const maxAge = pathname === '/transfer' ? env.MAX_AGE : undefined
    const pass = await verifier.guard(request, { scope: 'me:read', ...(maxAge && { maxAge }) })
    // The response is ready: a challenge, the answer to a preflight, or 503 if the issuer is unreachable.
    if (!pass.ok) return pass.response
    const { headers, claims } = pass
    if (pathname === '/me') return Response.json({ sub: claims.sub }, { headers })
    if (pathname === '/transfer') return Response.json({ by: claims.sub }, { headers })
    return Response.json({ error: 'not_found' }, { status: 404, headers })
  },
}
