import { made } from './made.js'

const issuer = 'https://example-name-00.clerk.accounts.dev'

export default {
  title: 'Clerk',
  preset: 'clerk',
  options: { domain: 'example-name-00.clerk.accounts.dev' },
  otherOptions: { domain: 'other-name-00.clerk.accounts.dev' },
  serves: 'page',
  settings: { refresh: true },
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/oauth/authorize', token_endpoint: '/oauth/token', userinfo_endpoint: '/oauth/userinfo', jwks_uri: '/.well-known/jwks.json',
    }),
  },
  token: { given: 'asked', rotates: false },
  idToken: { noHash: true },
  accessToken: { header: { typ: 'at+jwt' }, claims: ({ client, sub, scope, jti }) => ({ sub, client_id: client, scp: scope.split(' '), jti }) },
  edge: { audience: 'example-client', scope: 'email' },
  reasons: { signOut: 'There is no end_session_endpoint in the sample document.' },
}
