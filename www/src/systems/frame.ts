// The app of a row that runs in the browser. It is in a frame of the page, because a sign-in leaves the app: the frame goes to
// the provider and comes back. It tells the page each step.
import { createClient, OidcError } from 'countersign'
import { explainErrors } from 'countersign/hints'
import * as providers from 'countersign/providers'
import { server, type Requested, type Step } from './step.ts'

explainErrors()

interface Settings {
  base: string
  preset: string
  options: object
  client: { clientId: string }
  signInOptions?: object
  metadataOverlay: Record<string, string>
  issuer: string
  hasApi: boolean
  hasUserInfo: boolean
  reasons: { edge?: string; signOut?: string }
  refusal: { name: string; code: string; at?: string }
}

const run = location.pathname.split('/')[3]!
const ask = async (path = '', method = 'GET') => (await fetch(`${server}/runs/${run}${path}`, { method })).json()
const settings: Settings = await ask()
const api = `${settings.base}/api`

// The frame goes away and comes back, so the phase of the run is stored.
type Phase = 'signing in' | 'signing out' | 'refusing'
const key = `systems ${run}`
const phase = sessionStorage.getItem(key) as Phase | null
const enter = (next: Phase) => sessionStorage.setItem(key, next)

/** Sends requests for the provider's real addresses to this machine. CORS is as at the provider. */
async function toThisMachine(input: Request | string | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init)
  const { protocol, host, hostname, pathname, search } = new URL(request.url)
  if (hostname === 'localhost') return fetch(request)
  const { method, headers, redirect, credentials, signal } = request
  // Chromium sends a stream over HTTP/2 alone.
  const body = method === 'POST' ? await request.text() : null
  const local = `${settings.base}/${protocol.slice(0, -1)}/${host}${pathname}${search}`
  return fetch(local, { method, headers, body, redirect, credentials, signal })
}

type Preset = (options: object) => ReturnType<typeof providers.keycloak>
const preset = (providers as unknown as Record<string, Preset>)[settings.preset]!

// An app writes: `createClient({ provider: okta({ domain: 'dev-12345.okta.com' }), clientId, redirectUri })`.
const auth = createClient({
  provider: preset(settings.options),
  ...settings.client,
  redirectUri: location.pathname,
  postLogoutRedirectUri: location.pathname,
  ...(settings.hasApi && { apis: { [api]: {} } }),
  store: 'session',
  // Without these two an app goes to the provider itself.
  metadataOverlay: settings.metadataOverlay,
  allowLoopbackIssuer: true,
  fetch: toThisMachine,
})

const tell = (step: Step | { over: true }) => parent.postMessage({ run, ...step }, location.origin)

async function step(name: string, act: () => Promise<Partial<Step>>, where: Step['where'] = 'browser') {
  tell({ name, where, state: 'running' })
  let outcome: Partial<Step>
  try {
    outcome = { state: 'passed', ...(await act()) }
  } catch (error) {
    outcome = { state: 'failed', ...(OidcError.is(error) ? refusalOf(error) : { answer: String(error) }) }
  }
  const requests: Requested[] = await ask('/requests', 'POST')
  tell({ name, where, state: 'passed', requests, ...outcome })
  if (outcome.state === 'failed') throw new Error(`${name} failed`)
}

const refusalOf = ({ code, at, hint }: OidcError) => ({ code, at, meaning: hint })

function expect(condition: unknown, text: string): asserts condition {
  if (!condition) throw new Error(text)
}

/** Leaves for the provider. The promise settles only if that fails. */
const leave = (name: string) => step(name, () => auth.signIn(settings.signInOptions as never))

async function begin() {
  // A run that was stopped may have left a session.
  if (await auth.start()) await auth.signOut({ local: true })
  enter('signing in')
  await leave('Sign in')
}

async function comeBack() {
  await step('Sign in', async () => {
    const user = await auth.start()
    expect(user, 'There is no user')
    expect(user.iss === settings.issuer, `The user is of ${user.iss}`)
    return { answer: user }
  })
  if (settings.hasApi) await step('Call', callApi, 'edge')
  else await step('Call', callUserInfo)
  enter('signing out')
  await step('Sign out', async () => {
    await auth.signOut()
    // The page stays, because the provider has no logout.
    expect(settings.reasons.signOut, 'The page did not leave for the provider')
    return signedOut()
  })
  await refuse()
}

async function callApi(): Promise<Partial<Step>> {
  const response = await auth.fetch(api)
  const body = await response.json()
  expect(response.status === 200, `The API answers ${response.status} ${body.error_description}`)
  expect(body.sub, 'The API knows no user')
  return { answer: body }
}

async function callUserInfo(): Promise<Partial<Step>> {
  const note = settings.reasons.edge
  if (settings.hasUserInfo) return { answer: await auth.userInfo(), ...(note && { note }) }
  const { expiresAt } = await auth.getAccessToken()
  return { answer: { access_token: `an opaque text until ${new Date(expiresAt! * 1000).toLocaleTimeString()}` }, ...(note && { note }) }
}

async function signedOut(): Promise<Partial<Step>> {
  expect((await auth.start()) === null, 'There is still a user')
  const { signOut } = settings.reasons
  if (signOut) return { answer: 'The session of the app is over, and its tokens are revoked.', note: signOut }
  return { answer: 'The session is over, here and at the provider.' }
}

async function refuse() {
  await ask('/refusal', 'POST')
  enter('refusing')
  await leave('Refusal')
}

async function beRefused() {
  const { name, code } = settings.refusal
  await step('Refusal', async () => {
    const error = await auth.start().then(() => undefined, (cause: unknown) => cause)
    expect(error, `${name}: was accepted`)
    if (!OidcError.is(error) || !new RegExp(`^(?:${code})$`).test(error.code)) throw error
    expect(auth.user === null, 'There is a user after the refusal')
    return { tried: name, ...refusalOf(error) }
  })
}

const PHASES = {
  'signing in': comeBack,
  'signing out': () => step('Sign out', signedOut).then(refuse),
  refusing: beRefused,
}

try {
  await (phase ? PHASES[phase]() : begin())
} catch {
  // The step that failed is shown.
} finally {
  // After a step that leaves the page this never runs.
  sessionStorage.removeItem(key)
  tell({ over: true })
}
