import { createVerifier } from 'countersign/edge'

export function verify({ jwk, token }) {
  const [issuer, audience] = ['https://id.example.com', 'https://api.example.com']
  return createVerifier({ issuer, audience, jwks: { keys: [jwk] } }).verify(token)
}
