import { api } from './made.js'

const host = 'fs.fabidentity.com'

export default {
  title: 'AD FS',
  preset: 'adfs',
  options: { host, resource: api },
  otherOptions: { host: 'fs.other.example', resource: api },
  serves: 'page',
  document: { kind: 'recorded', file: 'adfs/openid-configuration' },
  authorize: {
    refuses: { prompt: { unless: /^(login|none)$/, text: 'MSIS: prompt is login or none' }, claims: {}, display: {} },
  },
  // Each API has a setting for refresh tokens. A refresh brings no new one, and the old one stays good.
  token: { given: 'always', rotates: false, refreshNeeds: ['resource'] },
  machine: { needs: ['resource'] },
  // Tokens of both kinds have these claims.
  idToken: {
    add: {
      upn: 'alice@example.com', unique_name: 'EXAMPLE\\alice', appid: ({ client }) => client, apptype: 'Public', ver: '1.0', scp: 'openid',
      authmethod: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport', sid: 'S-1-5-21-1111111111-1111111111-1111111111-1111',
    },
    drop: ['name', 'email', 'email_verified', 'preferred_username', 'locale'],
  },
  accessToken: {
    claims: ({ client, sub, signedInAt, params }) => ({
      iss: `http://${host}/adfs/services/trust`,
      aud: params.get('resource') ?? 'urn:microsoft:userinfo',
      sub,
      appid: client,
      apptype: 'Public',
      auth_time: new Date(signedInAt * 1000).toISOString(),
      ver: '1.0',
      scp: 'openid',
    }),
  },
  userinfo: { refuses: ({ context }) => context.params.get('resource') !== 'urn:microsoft:userinfo' },
  logout: { hint: 'required' },
  edge: { scope: 'openid' },
}
