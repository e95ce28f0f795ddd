import { createLocalJWKSet, jwtVerify } from 'jose'

export async function verify({ jwk, token }) {
  const [issuer, audience] = ['https://id.example.com', 'https://api.example.com']
  const keys = createLocalJWKSet({ keys: [jwk] })
  return (await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' })).payload
}
