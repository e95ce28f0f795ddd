import { createClient } from 'countersign'

const auth = createClient({
  issuer: process.env.ISSUER,
  clientId: 'demo-spa',
  redirectUri: 'https://app.example.com/callback',
  algorithms: ['none'],
})
console.log(await auth.start().catch((error) => error.code))
