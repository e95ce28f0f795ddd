// Everything an app says about signing in. Read this first, then main.ts.
import { createClient } from 'countersign'
import { watchedFetch } from './panel/fetch.ts'

// index.html names the provider and the API; an app that has one of each writes them here.
const named = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)!.content

/** Where the API is, and what it is called in the tokens that it takes. */
export const api = named('api')

/** Where the session is kept; this is the default. */
export const store = 'sealed'

export const auth = createClient({
  issuer: named('issuer'),
  clientId: 'demo-spa',
  redirectUri: '/callback',
  postLogoutRedirectUri: '/',
  // `auth.fetch` adds the access token to requests under these addresses, and to no others.
  apis: { [api]: { scope: 'me:read', resource: api } },
  // Plain http is accepted for a provider on this machine, and only there.
  allowLoopbackIssuer: true,
  store,
  // Shows every request in the timeline; an app has no need of it.
  fetch: watchedFetch,
  // What Countersign noticed and put right by itself, for whoever reads the console.
  log: (hint) => console.info(hint),
})
