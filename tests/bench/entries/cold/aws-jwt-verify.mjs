import { JwtVerifier } from 'aws-jwt-verify'

export function verify({ jwk, token }) {
  const [issuer, audience] = ['https://id.example.com', 'https://api.example.com']
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/jwks` })
  verifier.cacheJwks({ keys: [jwk] })
  return verifier.verifySync(token)
}
