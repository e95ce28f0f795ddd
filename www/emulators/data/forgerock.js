const origin = 'https://openam-spetrov.forgeblocks.com:443'

export default {
  title: 'ForgeRock, PingAM',
  preset: 'forgerock',
  options: { origin, realm: 'alpha' },
  otherOptions: { origin, realm: 'bravo' },
  serves: 'page',
  document: { kind: 'recorded', file: 'forgerock/openid-configuration.aic' },
  authorize: { refuses: { claims: {} } },
  token: { given: 'always', rotates: true, grace: 0 },
  idToken: { add: { tokenType: 'JWTToken', realm: '/alpha', tokenName: 'id_token', auditTrackingId: 'x', acr: '0', auth_time: ({ signedInAt }) => signedInAt } },
  accessToken: { claims: ({ client, sub, scope, jti }) => ({ aud: client, sub, client_id: client, scope: scope.split(' '), realm: '/alpha', tokenName: 'access_token', cts: 'OAUTH2_STATELESS_GRANT', jti }) },
  logout: { hint: 'required' },
  edge: { audience: 'example-client', scope: 'email' },
  negative: [
    { name: 'the issuer without :443', idToken: (claims) => { claims.iss = 'https://openam-spetrov.forgeblocks.com/am/oauth2/alpha' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  ],
}
