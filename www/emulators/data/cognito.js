export default {
  title: 'Amazon Cognito',
  preset: 'cognito',
  options: { region: 'eu-west-1', userPool: 'eu-west-1_ZLiEFD4b6', domain: 'micronautguides.auth.eu-west-1.amazoncognito.com' },
  otherOptions: { region: 'eu-west-1', userPool: 'eu-west-1_000000000', domain: 'micronautguides.auth.eu-west-1.amazoncognito.com' },
  serves: 'page',
  document: { kind: 'recorded', file: 'cognito/openid-configuration' },
  addresses: { 'https://micronautguides.auth.eu-west-1.amazoncognito.com/logout': 'logout' },
  authorize: { refusesScopes: { offline_access: 'invalid_scope' } },
  token: { given: 'always', rotates: false },
  machine: {},
  idToken: {
    add: { token_use: 'id', 'cognito:username': 'alice', auth_time: ({ signedInAt }) => signedInAt, email_verified: true },
    booleansAsText: ['email_verified'],
  },
  accessToken: { claims: ({ client, sub, scope, jti, signedInAt }) => ({ sub, client_id: client, token_use: 'access', scope, version: 2, username: 'alice', auth_time: signedInAt, jti }) },
  userinfo: { booleansAsText: ['email_verified'] },
  revocation: { refuses: (isAccessToken) => isAccessToken },
  logout: { hint: 'never', redirectParameter: 'logout_uri', needs: ['client_id', 'logout_uri'], refuses: ['post_logout_redirect_uri', 'id_token_hint', 'state'] },
  edge: {
    audience: 'example-client', scope: 'email',
    refused: [
      { name: 'an ID token by token_use', claims: { token_use: 'id' }, code: 'OIDC_ACCESS_TOKEN_EXPECTED' },
      { name: 'a token of another client', claims: { client_id: 'other' }, code: 'OIDC_CLAIM_INVALID' },
    ],
  },
}
