// The whole configuration of the client. Read this first, then main.ts.
import { createClient } from 'countersign'
import { watchedFetch } from './panel/fetch.ts'

// index.html has the addresses of the provider and of the API. Most apps write them here.
const meta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)!.content

/** The address of the API, which is also its name (`aud`) in access tokens. */
export const api = meta('api')

/** The store of the session; this is the default. */
export const store = 'sealed'

export const auth = createClient({
  issuer: meta('issuer'),
  clientId: 'demo-spa',
  redirectUri: '/callback',
  postLogoutRedirectUri: '/',
  // `auth.fetch` adds the access token to requests under these addresses, and to no others.
  apis: { [api]: { scope: 'me:read', resource: api } },
  // Plain http is accepted for a provider on this machine, and only there.
  allowLoopbackIssuer: true,
  store,
  // Shows every request in the timeline. An app does not need this.
  fetch: watchedFetch,
  // Hints about problems that the client solved by itself.
  log: (hint) => console.info(hint),
})
