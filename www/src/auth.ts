// Everything an app says about signing in. Read this first, then main.ts.
import { createClient } from 'countersign'

// index.html names the provider; an app with one provider writes its address here.
const issuer = document.querySelector<HTMLMetaElement>('meta[name=issuer]')!.content

export const auth = createClient({
  issuer,
  clientId: 'demo-spa',
  redirectUri: '/callback',
  postLogoutRedirectUri: '/',
  // `auth.fetch` adds the access token to requests under these addresses, and to no others.
  apis: { [new URL('/api/', location.href).href]: { scope: 'profile' } },
  // Plain http is accepted for a provider on this machine, and only there.
  allowLoopbackIssuer: true,
  // What Countersign noticed and put right by itself, for whoever reads the console.
  log: (hint) => console.info(hint),
})
