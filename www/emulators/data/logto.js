import { api, made } from './made.js'

const issuer = 'https://example.logto.app/oidc'

export default {
  title: 'Logto',
  preset: 'logto',
  options: { domain: 'example.logto.app' },
  otherOptions: { domain: 'other.logto.app' },
  serves: 'page',
  settings: { resource: api },
  alg: 'ES256',
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/oidc/auth', token_endpoint: '/oidc/token', userinfo_endpoint: '/oidc/me', revocation_endpoint: '/oidc/token/revocation',
      end_session_endpoint: '/oidc/session/end', jwks_uri: '/oidc/jwks',
    }, { id_token_signing_alg_values_supported: ['ES256'], authorization_response_iss_parameter_supported: true }),
  },
  token: { given: (params) => (params.get('scope') ?? '').includes('offline_access') && (params.get('prompt') ?? '').includes('consent'), rotates: true, grace: 0 },
  accessToken: {
    header: { typ: 'at+jwt' },
    isJwtFor: ({ params }) => params.has('resource'),
    claims: ({ client, sub, params, scope, jti }) => ({ aud: params.get('resource'), sub, client_id: client, scope, jti }),
  },
  userinfo: { refuses: ({ context }) => context.params.has('resource') },
  logout: {},
  edge: { scope: 'email' },
}
