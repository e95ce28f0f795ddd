import { aiseraFetch, fromAisera } from 'countersign/aisera'
import { cognigyUser, fromCognigy } from 'countersign/cognigy'
import { createExternalMethod } from 'countersign/eam'
import { createVerifier } from 'countersign/edge'
import { entra, okta } from 'countersign/providers'
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
