export default {
  title: 'Google',
  preset: 'google',
  options: { hostedDomain: 'a.example', accessType: 'offline' },
  serves: 'sessions',
  document: {
    kind: 'recorded', file: 'google/openid-configuration.wellknown-2024',
    // Google announces RFC 9207 since March 2026; the recorded document is older.
    overlay: { authorization_response_iss_parameter_supported: true },
  },
  authorize: { refusesScopes: { offline_access: 'invalid_scope' } },
  token: { auth: 'client_secret_basic', given: (params) => params.get('access_type') === 'offline', rotates: false, noSecretError: 'invalid_request', noSecretText: 'client_secret is missing.' },
  // Google puts hd into tokens of Workspace users, whatever hd the request had.
  idToken: { add: { hd: 'a.example', azp: ({ client }) => client }, drop: ['preferred_username'], refreshed: { nonce: 'missing' } },
  accessToken: { prefix: 'ya29.' },
  issuers: ['accounts.google.com'],
  negative: [
    { name: 'a consumer account, without hd', idToken: (claims) => delete claims.hd, code: 'OIDC_TENANT_FORBIDDEN', at: 'hd' },
    { name: 'a user of another Workspace domain', idToken: (claims) => { claims.hd = 'b.example' }, code: 'OIDC_TENANT_FORBIDDEN', at: 'hd' },
    { name: 'an answer of another issuer (RFC 9207)', iss: 'https://evil.example', code: 'OIDC_CALLBACK_ISSUER_MISMATCH' },
  ],
  reasons: { signOut: 'There is no end_session_endpoint; revocation is at', edge: 'Access tokens go from the client to Google' },
}
