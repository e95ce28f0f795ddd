import { createVerifier } from 'countersign/edge'

const verifier = createVerifier((env) => ({
  issuer: env.ISSUER,
  audience: 'https://api.example.com',
  allowLoopbackIssuer: true,
}))

export default {
  async fetch(request) {
    const token = request.headers.get('Authorization').slice('Bearer '.length)
    const said = await verifier.verify(token).then((claims) => claims.sub, (error) => error.code ?? error.stack)
    return new Response(said)
  },
}
