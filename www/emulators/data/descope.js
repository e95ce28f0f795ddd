import { api, made } from './made.js'

const issuer = 'https://api.descope.com/P0000000000000000000000000000'

export default {
  title: 'Descope',
  preset: 'descope',
  options: { project: 'P0000000000000000000000000000' },
  otherOptions: { project: 'P1111111111111111111111111111' },
  serves: 'page',
  settings: { refresh: true },
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/oauth2/v1/authorize', token_endpoint: '/oauth2/v1/token', userinfo_endpoint: '/oauth2/v1/userinfo',
      revocation_endpoint: '/oauth2/v1/revoke', end_session_endpoint: '/oauth2/v1/logout', jwks_uri: '/P0000000000000000000000000000/.well-known/jwks.json',
    }, { code_challenge_methods_supported: ['S256'] }),
  },
  token: { given: 'asked', rotates: true, grace: 0 },
  accessToken: { claims: ({ client, sub, scope }) => ({ aud: [api], sub, azp: client, scope: scope.split(' ') }) },
  logout: {},
  edge: { scope: 'email' },
}
