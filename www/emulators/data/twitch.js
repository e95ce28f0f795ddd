import { made } from './made.js'

const issuer = 'https://id.twitch.tv/oauth2'

export default {
  title: 'Twitch',
  preset: 'twitch',
  options: {},
  serves: 'sessions',
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/oauth2/authorize', token_endpoint: '/oauth2/token', userinfo_endpoint: '/oauth2/userinfo', jwks_uri: '/oauth2/keys',
    }, { claims_parameter_supported: true, token_endpoint_auth_methods_supported: ['client_secret_post'] }),
  },
  token: {
    auth: 'client_secret_post', given: 'always', rotates: false, repeats: true, adds: { scope: ['openid', 'user:read:email'] },
    drops: ({ isRefresh }) => (isRefresh ? ['expires_in'] : []),
    errors: (error, text) => {
      const answer = text?.startsWith('The refresh token') ? { error: 'Bad Request', status: 400, message: 'Invalid refresh token' } : { status: 400, message: text ?? error }
      return { status: 400, headers: { 'content-type': 'application/json' }, text: JSON.stringify(answer) }
    },
    // No registered error says that the session is over.
    endedCode: 'OIDC_PROVIDER_ERROR',
  },
  idToken: { refreshed: { isAbsent: true }, noHash: true, add: { azp: ({ client }) => client }, drop: ['name', 'email', 'email_verified', 'preferred_username', 'locale'] },
  userinfo: { add: { updated_at: 1_700_000_000 }, timesAsText: ['updated_at'] },
  reasons: { signOut: 'The issuer is https://id.twitch.tv/oauth2.', edge: 'Third-party apps must validate tokens' },
}
