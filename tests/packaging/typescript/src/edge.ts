import { createVerifier, OidcError, type VerifiedClaims } from 'countersign/edge'
import { soft } from 'countersign/soft'

const verifier = createVerifier({
  issuer: 'https://id.example.com',
  audience: 'https://api.example.com',
  backend: soft,
})

export async function answer(request: Request): Promise<Response> {
  const pass = await verifier.guard(request, { scope: 'inbox:read' })
  if (!pass.ok) return pass.response
  return new Response(`Hello ${pass.claims.sub}`)
}

export async function issuer(token: string): Promise<string> {
  try {
    const claims: VerifiedClaims = await verifier.verify(token)
    return claims.iss
  } catch (error) {
    return OidcError.is(error) ? error.code : 'unknown'
  }
}
