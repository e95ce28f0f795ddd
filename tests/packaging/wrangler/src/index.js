import { createClient } from 'countersign'

export default {
  async fetch(request) {
    const auth = createClient({
      issuer: new URL(request.url).searchParams.get('issuer'),
      clientId: 'demo-spa',
      redirectUri: 'https://app.example.com/callback',
      algorithms: ['none'],
    })
    return new Response(await auth.start().catch((error) => error.code))
  },
}
