export default {
  title: 'Slack',
  preset: 'slack',
  options: { team: 'T0000000000' },
  serves: 'sessions',
  document: { kind: 'recorded', file: 'slack/openid-configuration' },
  jwk: { use: undefined },
  token: { auth: 'client_secret_post', given: 'always', rotates: true, grace: 0, adds: { ok: true }, errors: (error) => ({ status: 200, headers: { 'content-type': 'application/json' }, text: JSON.stringify({ ok: false, error }) }) },
  idToken: { add: { 'https://slack.com/team_id': 'T0000000000', 'https://slack.com/user_id': 'U0' }, drop: ['preferred_username'] },
  negative: [
    { name: 'a member of another workspace', idToken: (claims) => { claims['https://slack.com/team_id'] = 'T1111111111' }, code: 'OIDC_TENANT_FORBIDDEN', at: 'requiredClaims' },
    { name: 'a token without a workspace', idToken: (claims) => { delete claims['https://slack.com/team_id'] }, code: 'OIDC_TENANT_FORBIDDEN', at: 'requiredClaims' },
  ],
  // Token rotation is on for the app.
  notes: { renewal: 'The token method also takes the grant refresh_token' },
  reasons: { signOut: 'The issuer is https://slack.com.', edge: 'Access tokens are keys to Slack' },
}
