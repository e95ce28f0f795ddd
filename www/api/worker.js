// An API at the edge: a Worker that lets in whoever brings an access token for it.
import { createVerifier, kvCache } from 'countersign/edge'

const verifier = createVerifier((env) => ({
  issuer: env.ISSUER,
  // What the tokens call this API. A token for another one is refused.
  audience: env.AUDIENCE,
  // The pages that may call it, and read why it refused.
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
    // What is dear asks for a person who has signed in not long ago.
    const maxAge = pathname === '/transfer' ? env.MAX_AGE : undefined
    const pass = await verifier.guard(request, { scope: 'me:read', ...(maxAge && { maxAge }) })
    // Finished: a challenge, the answer to a preflight, or 503 while the issuer cannot be asked.
    if (!pass.ok) return pass.response
    const { headers, claims } = pass
    if (pathname === '/me') return Response.json({ sub: claims.sub }, { headers })
    if (pathname === '/transfer') return Response.json({ by: claims.sub }, { headers })
    return Response.json({ error: 'not_found' }, { status: 404, headers })
  },
}
