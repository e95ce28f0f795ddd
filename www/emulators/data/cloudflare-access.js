const fill = { team: 'example-team', client_id: '00000000000000000000000000000000' }

export default {
  title: 'Cloudflare Access',
  preset: 'cloudflare-access',
  options: { team: fill.team, application: fill.client_id },
  otherOptions: { team: fill.team, application: '11111111111111111111111111111111' },
  serves: 'page',
  settings: { refresh: true },
  document: { kind: 'reconstructed', file: 'cloudflare-access/openid-configuration.reconstructed', fill },
  token: { given: 'asked', rotates: true, grace: 0 },
  negative: [
    { name: 'a token with the issuer of the team', idToken: (claims) => { claims.iss = 'https://example-team.cloudflareaccess.com' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  ],
  reasons: { signOut: 'The vendor\'s list has no endpoint for logout', edge: 'One report says that access tokens' },
}
