const curve = { kty: 'EC', crv: 'P-256', kid: 'acr', acr: ['x'], x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' }

export default {
  title: 'PayPal',
  preset: 'paypal',
  options: {},
  serves: 'sessions',
  document: { kind: 'recorded', file: 'paypal/openid-configuration' },
  authorize: { refusesScopes: { offline_access: 'invalid_scope' } },
  token: { auth: 'client_secret_basic', given: 'always', rotates: false },
  otherKeys: [{ kty: 'OKP', crv: 'X25519', kid: 'agree', x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo=' }, curve],
  notes: { signIn: 'Often the answer has no ID token even with openid' },
  reasons: { signOut: 'The recorded metadata has no end_session_endpoint.', edge: 'Access tokens are short texts' },
}
