// A row of a provider that serves no page: the app is on this server, with createSessions.
import { createSessions } from 'countersign/sessions'
import { clientId, clientSecret, presetOf } from '../../emulators/engine/emulator.js'
import { faultFor, faultOf, reasonsOf } from '../frame.js'
import { expect, refused } from '../steps.js'
import { openVisitor } from '../visitor.js'

export const APP = 'https://app.example'

/**
 * Serves an app with sessions at {@link APP} of a run, and opens a browser for it. `failures` are the errors that its routes
 * answered. `/me` says who is signed in, `/token` which ID token the session has.
 */
export function openApp(run, settings, { routes = {} } = {}) {
  const failures = []
  const sessions = createSessions({
    secret: 'a secret for the cookies of the demo, of 32 bytes or more',
    fetch: run.fetch,
    postLogoutRedirectUri: '/',
    cookie: { name: run.row.id },
    onError(error) {
      failures.push(error)
      return undefined
    },
    ...settings,
  })
  const { host } = new URL(APP)
  run.apps.set(host, async (request) => {
    const answered = await sessions.handle(request)
    if (answered) return answered
    const route = { ...ROUTES, ...routes }[new URL(request.url).pathname]
    if (!route) return new Response('the app\n')
    return sessions.with(request, (session) =>
      session ? route(session, request) : Response.json({ error: 'signed_out' }, { status: 401 }))
  })
  const visitor = openVisitor(run, APP)
  return {
    failures,
    visitor,
    sessions,
    /** Signs in, and ends with the app's response. Rejects with the error that the app had. */
    async signIn() {
      failures.length = 0
      const response = await visitor.open('/auth/login?returnTo=/')
      if (failures.length) throw failures[0]
      expect(response.status === 200, `The sign-in ends with the status ${response.status}`)
    },
    async ask(path) {
      const response = await visitor.ask(path)
      if (response.status >= 500 && failures.length) throw failures.pop()
      return { status: response.status, body: await response.json().catch(() => undefined) }
    },
  }
}

const ROUTES = {
  '/me': (session) => Response.json({ user: session.user }),
  '/userinfo': async (session, request) => {
    const response = await session.fetch(new URL(request.url).searchParams.get('at'))
    return new Response(response.body, { status: response.status })
  },
  '/id-token': async (session) => Response.json({ token: await session.getIdToken() }),
}

/** The steps that each row with sessions begins with: a sign-in, and what the session has. */
export async function signInStep(step, app, name, { user: hasUser = true } = {}) {
  return step(name, async () => {
    await app.signIn()
    const { status, body } = await app.ask('/me')
    expect(status === 200, `The app answers ${status}`)
    expect(!hasUser || body.user?.sub, 'There is no user')
    return { answer: body.user ?? 'No user: the ID token is not trusted.', value: body.user }
  })
}

/** The settings that send the access token to UserInfo. */
export const apisOf = ({ metadata }) => metadata.userinfo_endpoint && { apis: { [metadata.userinfo_endpoint]: {} } }

/** A call of the app with the access token: to UserInfo, or to the app's own route where the provider has none. */
export const userInfoStep = (step, app, { metadata }, note) =>
  step('Call', async () => {
    const at = metadata.userinfo_endpoint
    const { status, body } = await app.ask(at ? `/userinfo?${new URLSearchParams({ at })}` : '/me')
    expect(status === 200 && (body.sub ?? body.user?.sub), `The answer is ${status} ${JSON.stringify(body)}`)
    return { answer: body, note }
  })

/** A sign-out with the app's form. The session must be over afterwards. */
export async function signOutStep(step, app, emulator, reason) {
  await step('Sign out', async () => {
    const back = await app.visitor.leave()
    const { status } = await app.ask('/me')
    expect(status === 401, `The session is still there: ${status}`)
    const isOverThere = emulator.count('logout') > 0 && back?.url
    expect(reason || isOverThere, `The provider did not sign the user out: ${back?.page}`)
    return { answer: isOverThere ? 'The session is over, here and at the provider.' : 'The session of the app is over.', note: reason }
  })
}

/** Runs the row of a system whose preset serves sessions. */
export async function runSessions({ run, step }) {
  const { system } = run.row
  const reasons = reasonsOf(system)
  const emulator = await run.emulate(system)
  const app = openApp(run, {
    provider: presetOf(system),
    clientId,
    clientSecret: system.clientSecret?.() ?? clientSecret,
    ...apisOf(emulator),
    ...system.settings,
  })
  await signInStep(step, app, 'Sign in')
  await userInfoStep(step, app, emulator, reasons.edge)
  await signOutStep(step, app, emulator, reasons.signOut)
  await refusalStep(step, app, emulator, faultOf(run.row))
}

/** A sign-in that must be refused, because the provider has a fault. No session may be left. */
export function refusalStep(step, app, emulator, fault) {
  return step('Refusal', async () => {
    emulator.fault = faultFor(emulator, fault)
    const outcome = await refused(() => app.signIn(), fault.name, fault.code)
    const { status } = await app.ask('/me')
    expect(status === 401, 'There is a session after the refusal')
    return outcome
  })
}
