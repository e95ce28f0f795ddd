export default {
  title: 'Firebase Authentication',
  preset: 'firebase',
  options: { project: 'example-project' },
  otherOptions: { project: 'other-project' },
  serves: 'verifier',
  document: { kind: 'reconstructed', file: 'firebase/openid-configuration.reconstructed', fill: { project: 'example-project' } },
  accessToken: { claims: ({ sub, signedInAt }) => ({ aud: 'example-project', sub, user_id: sub, auth_time: signedInAt, firebase: { sign_in_provider: 'password', identities: {} } }) },
  edge: {
    audience: 'example-project',
    isClientNamed: false,
    refused: [
      { name: 'a token of another project with the same keys', claims: { iss: 'https://securetoken.google.com/other-project', aud: 'other-project' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
      { name: 'a session cookie', claims: { iss: 'https://session.firebase.google.com/example-project' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
      { name: 'a token without a user', claims: { sub: '' }, code: 'OIDC_CLAIM_INVALID' },
    ],
  },
  reasons: {
    signIn: 'Firebase is no OpenID provider for sign-ins',
    renewal: 'Firebase is no OpenID provider for sign-ins',
    signOut: 'Firebase is no OpenID provider for sign-ins',
  },
}
