import { aiseraFetch, fromAisera } from 'countersign/aisera'
import { cognigyUser, fromCognigy } from 'countersign/cognigy'
import { createMachineClient, type MachineToken } from 'countersign/client-credentials'
import { createExternalMethod } from 'countersign/eam'
import { createVerifier } from 'countersign/edge'
import { relyingParty } from 'countersign/entrust'
import { createImplicitClient } from 'countersign/implicit'
import { entra, entrust, okta } from 'countersign/providers'
import { createGate, memoryReplay } from 'countersign/servicenow'
import { createSessions } from 'countersign/sessions'

const gate = createGate({
  entities: [
    {
      name: 'Okta',
      clientId: 'shop',
      metadataUrl: 'https://id.example.com/.well-known/openid-configuration',
      userClaim: 'email',
      userField: 'email',
    },
  ],
  findUser: ({ value }) => ({ email: value }),
  replay: memoryReplay(),
})

const verifier = createVerifier({
  provider: [
    entra({ tenant: 'common', tenants: ['aaaabbbb-0000-cccc-1111-dddd2222eeee'] }),
    okta({ domain: 'example.okta.com' }),
  ],
  audience: 'https://api.example.com',
})

const method = createExternalMethod({
  issuer: 'https://mfa.example.com',
  appId: '00001111-aaaa-2222-bbbb-3333cccc4444',
  clientId: 'contoso',
  tenants: ['aaaabbbb-0000-cccc-1111-dddd2222eeee'],
  signingKeys: [],
  secret: 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA',
  step: () => ({ amr: 'otp' }),
})

export async function answer(request: Request): Promise<Response> {
  const pass = await gate.guard(request)
  if (pass.ok) return Response.json({ caller: pass.user.email })
  const other = await verifier.guard(request)
  return (await method.handle(request)) ?? (other.ok ? new Response(other.claims.sub) : other.response)
}

export async function signIn(request: Request, fields: string, body: string): Promise<Response | null> {
  const { settings, calls } = await fromAisera(fields, { integration: 'Generic', origins: ['https://api.example.com'] })
  const sessions = createSessions({ ...settings, secret: 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA' })
  const answered = await sessions.handle(request)
  if (answered) return answered
  const cognigy = createSessions({
    ...(await fromCognigy(body)),
    secret: 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA',
    async onSignIn({ user }) {
      const { roles } = await cognigyUser(user, { roleClaim: 'role', roles: ['admin'] })
      if (roles.length === 0) throw new Error('no role')
    },
  })
  return sessions.with(request, async (session) =>
    session ? aiseraFetch(session, calls)('https://api.example.com/incidents') : cognigy.handle(request) as Promise<Response>)
}

const machine = createMachineClient({
  provider: entrust({ host: 'example.us.trustedauth.com', audience: 'https://api.example.com/' }),
  clientId: 'service',
  clientSecret: 'a secret of the provider',
  scope: 'inbox:read',
  apis: ['https://api.example.com/'],
})

export const ofBindings = createMachineClient((env) => ({
  issuer: 'https://id.example.com',
  clientId: 'service',
  clientKey: (env as { key: JsonWebKey }).key,
}))

export async function callApi(): Promise<MachineToken> {
  const response = await machine.fetch('https://api.example.com/inbox')
  if (!response.ok) return machine.getAccessToken({ renew: true })
  const { accessToken, expiresAt, scope } = await machine.getAccessToken({ signal: AbortSignal.timeout(1000) })
  return { accessToken, expiresAt: expiresAt && Math.floor(expiresAt), scope }
}

export async function oldApp(): Promise<string> {
  const auth = createImplicitClient({
    allowImplicit: true, provider: entrust({ host: 'example.us.trustedauth.com' }), clientId: 'old-app', redirectUri: '/callback',
  })
  const user = await auth.start()
  return user ? user.sub : auth.signIn({ returnTo: '/inbox' })
}

export async function salesforce(metadata: object): Promise<string> {
  const common = { metadata, clientId: 'c', clientSecret: 's' }
  const made = await relyingParty({ ...common, system: 'salesforce', domain: 'example.my.salesforce.com', urlSuffix: 'Entrust' })
  await relyingParty({ ...common, system: 'forgerock', redirectUri: 'https://am.example.com/am/oauth2' })
  return made.redirectUri
}

/** None of these compiles. */
export function mistakes(metadata: object): void {
  // @ts-expect-error without a client id
  createMachineClient({ issuer: 'https://id.example.com', clientSecret: 's' })
  // @ts-expect-error a client without a secret has no method
  createMachineClient({ issuer: 'https://id.example.com', clientId: 'c', authMethod: 'none' })
  // @ts-expect-error a list of prefixes, and no object
  createMachineClient({ issuer: 'https://id.example.com', clientId: 'c', clientSecret: 's', apis: { 'https://api.example.com/': {} } })
  // @ts-expect-error no client without users has a redirect URI
  createMachineClient({ issuer: 'https://id.example.com', clientId: 'c', clientSecret: 's', redirectUri: '/callback' })
  // @ts-expect-error the scope is a setting
  void machine.getAccessToken({ scope: 'inbox:write' })
  // @ts-expect-error without the word of the app
  createImplicitClient({ issuer: 'https://id.example.com', clientId: 'c', redirectUri: '/callback' })
  // @ts-expect-error the flow has no access token for APIs
  createImplicitClient({ allowImplicit: true, issuer: 'https://id.example.com', clientId: 'c', redirectUri: '/', apis: {} })
  // @ts-expect-error Salesforce has no redirect URI to show
  void relyingParty({ metadata, clientId: 'c', clientSecret: 's', system: 'salesforce', redirectUri: 'https://a.example' })
  // @ts-expect-error no such system
  void relyingParty({ metadata, clientId: 'c', clientSecret: 's', system: 'okta', redirectUri: 'https://a.example' })
}
