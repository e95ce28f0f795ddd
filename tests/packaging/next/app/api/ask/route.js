import { createVerifier } from 'countersign/edge'

export const runtime = 'edge'

const verifier = createVerifier(() => ({
  issuer: process.env.ISSUER,
  audience: 'https://api.example.com',
  allowLoopbackIssuer: true,
}))

export async function GET(request) {
  const token = request.headers.get('Authorization').slice('Bearer '.length)
  const said = await verifier.verify(token).then((claims) => claims.sub, (error) => error.code ?? error.stack)
  return new Response(said)
}
