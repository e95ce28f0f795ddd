// The rows of the page Systems: the named systems first, then the other presets. `shows` says what a row shows.
import { systems } from '../emulators/data/index.js'
import { runAisera } from './flows/aisera.js'
import { runCognigy } from './flows/cognigy.js'
import { runConnectwise } from './flows/connectwise.js'
import { runControl, runMethod } from './flows/eam.js'
import { runServicenow } from './flows/servicenow.js'
import { runSessions } from './flows/sessions.js'
import { runVerifier } from './flows/verifier.js'
import { systemOf } from './providers.js'

const RUNS = { page: undefined, sessions: runSessions, verifier: runVerifier }
const WHERE = {
  page: 'in your browser, the API at the edge',
  sessions: 'on the demo’s server',
  verifier: 'at the edge',
}
const PAGE_STEPS = ['Sign in', 'Call', 'Sign out', 'Refusal']
const STEPS = { page: PAGE_STEPS, sessions: PAGE_STEPS, verifier: ['Sign in', 'Call', 'Refusal'] }

const preset = (title, shows, more) => {
  const system = systemOf(title)
  const { serves } = system
  return {
    id: system.preset,
    title,
    shows,
    where: WHERE[serves],
    steps: STEPS[serves],
    docs: `docs/providers/${system.preset}.md`,
    document: system.document.kind,
    system,
    run: RUNS[serves],
    ...more,
  }
}

const NAMED = [
  {
    id: 'aisera',
    title: 'Aisera',
    shows: 'Eight fields and no issuer: the user’s token goes to ServiceNow, and to no other origin.',
    where: 'on the demo’s server, the gate at the edge',
    steps: ['Import', 'Sign in', 'Call', 'Call elsewhere', 'Sign out', 'Refusal', 'Refusal at the gate'],
    docs: 'docs/aisera.md',
    run: runAisera,
  },
  {
    id: 'cognigy',
    title: 'Cognigy.AI',
    shows: 'Six keys configure an installation and sign its users in. The role comes from a claim.',
    where: 'on the demo’s server',
    steps: ['Configure', 'Sign in at Auth0', 'Call', 'Sign out', 'Refusal', 'Refusal: SAML'],
    docs: 'docs/cognigy.md',
    run: runCognigy,
  },
  {
    id: 'servicenow',
    title: 'ServiceNow',
    shows: 'An ID token of Okta is accepted once as Bearer. Every refusal has the documented body.',
    where: 'on the demo’s server, the gate at the edge',
    steps: ['Sign in at Okta', 'Call', 'Refusal: used twice', 'Refusal: no token', 'Sign out', 'Your call'],
    docs: 'docs/servicenow.md',
    run: runServicenow,
  },
  preset('Entrust IDaaS', 'An audience, offline access after consent, expires_in as text, and a logout without a hint.'),
  preset('AD FS', 'Access tokens have an issuer of their own. UserInfo takes no token for another resource.', {
    refusal: 'AD FS: the issuer of access tokens, in an ID token',
  }),
  preset('Auth0', 'The slash at the end of the issuer, an audience, and an organization that tokens must name.'),
  preset('Entra ID, many tenants', 'The tenant common: the issuer is a template, and only listed tenants may sign in.', {
    title: 'Azure AD, Entra ID',
    refusal: 'a tenant that is not listed',
  }),
  preset('Azure AD B2C', 'The address of the metadata is not the issuer, and numbers come as text.'),
  {
    id: 'eam',
    title: 'Entra external authentication method',
    shows: 'Here the package is the provider: it checks Entra’s hint and answers with a token that Entra verifies.',
    where: 'on the demo’s server',
    steps: ['Discovery', 'Sign in', 'Refusal'],
    docs: 'docs/eam.md',
    run: runMethod,
  },
  {
    id: 'custom-controls',
    title: 'Conditional Access custom controls',
    shows: 'The preview before external methods: a claim of your own instead of a method.',
    where: 'on the demo’s server',
    steps: ['Configure', 'Discovery', 'Sign in', 'Refusal'],
    docs: 'docs/eam.md',
    run: runControl,
  },
  preset('Google', 'No public client and no PKCE alone: the app is on a server. Only a Workspace domain may sign in.'),
  preset('Okta, a custom authorization server', 'Scopes in scp, the client in cid, and a logout that needs the hint.', {
    title: 'Okta',
  }),
  preset('ForgeRock, PingAM', 'The issuer has :443, which addresses drop and texts keep.', { title: 'ForgeRock' }),
  {
    id: 'connectwise',
    title: 'ConnectWise Home',
    shows: 'A relying party that knows a client id, a secret and the issuer signs in at Entrust IDaaS.',
    where: 'on the demo’s server',
    steps: PAGE_STEPS,
    docs: 'docs/providers/entrust.md',
    run: runConnectwise,
  },
  preset('Salesforce', 'A scope for refresh tokens, times as text, and a logout that leads to an address of the app’s registration.'),
]

const SHOWS = {
  'entra-external-id': 'The issuer is at ciamlogin.com, with the tenant in it.',
  keycloak: 'A realm in the issuer, whose case counts, and refresh tokens without asking.',
  cognito: 'No aud in access tokens, and logout_uri instead of the standard’s parameter.',
  apple: 'The secret is a signed JWT, and the response is a form of another site.',
  gitlab: 'Opaque access tokens, good for UserInfo, and no logout.',
  linkedin: 'No nonce comes back. The secret goes in the form.',
  paypal: 'The metadata is at another host, and the endpoints are those of the sandbox or live.',
  authelia: 'Access tokens are JWTs only if they are configured so. No logout.',
  authentik: 'An issuer for each application.',
  clerk: 'The client is the audience of access tokens.',
  'cloudflare-access': 'The issuer has the client in it.',
  descope: 'The issuer has the project in it.',
  dex: 'Pages even for prompt=none, and a logout where sessions are on.',
  firebase: 'An API takes the tokens of Firebase’s own SDK: each names the project.',
  fusionauth: 'The client is the audience of access tokens.',
  hydra: 'Consent and login are other apps; the tokens are standard.',
  kinde: 'Another parameter for the logout, and the same access token until it has expired.',
  lemonldap: 'Pages even for prompt=none.',
  line: 'ID tokens signed with the client’s secret: on a server alone.',
  logto: 'A resource in each request; refresh tokens after consent.',
  pingone: 'Access tokens for PingOne’s own API.',
  slack: 'A workspace that tokens must name.',
  twitch: 'No refresh of ID tokens, and claims only on request.',
  zitadel: 'The project in aud, and roles of an organization.',
}

const isNamed = new Set(NAMED.map(({ id }) => id))
const others = [...new Map(systems.filter(({ preset: name }) => !isNamed.has(name)).reverse().map((one) => [one.preset, one]))].reverse()

/** All rows. A row without `run` runs in a frame of the page. */
export const rows = [
  ...NAMED.map((row) => ({ ...row, isNamed: true })),
  ...others.map(([name, { title }]) => preset(title, SHOWS[name] ?? '')),
]
