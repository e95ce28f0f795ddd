import { createVerifier } from 'countersign/edge'

const verifier = createVerifier({
  issuer: process.env.ISSUER,
  audience: 'https://api.example.com',
  allowLoopbackIssuer: true,
})

for (const token of process.env.TOKENS.split(' ')) {
  console.log(await verifier.verify(token).then((claims) => claims.sub, (error) => error.code ?? error.stack))
}
