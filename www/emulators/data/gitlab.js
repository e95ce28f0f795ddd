export default {
  title: 'GitLab',
  preset: 'gitlab',
  options: {},
  otherOptions: { host: 'gitlab.example.com' },
  serves: 'page',
  document: { kind: 'recorded', file: 'gitlab/openid-configuration.wellknown-2024' },
  authorize: { refusesScopes: { offline_access: 'invalid_scope' } },
  token: { given: 'always', rotates: true, grace: 0, adds: { token_type: 'bearer', created_at: 1_700_000_000 } },
  idToken: { add: { sub_legacy: '0'.repeat(64), groups_direct: ['example'], auth_time: ({ signedInAt }) => signedInAt }, drop: ['name', 'preferred_username', 'locale'] },
  introspection: {
    audience: 'example-client', required: [], isOwnClient: true, scope: 'email',
    claims: ({ client, scope, exp }) => ({ scope, client_id: client, iat: exp - 7200, exp, token_type: 'Bearer' }),
  },
  reasons: { signOut: 'There is no end_session_endpoint.' },
}
