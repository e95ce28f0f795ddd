// The rows of Entra's external authentication methods: here this package is the provider, and Entra the party that asks.
import { createExternalMethod } from 'countersign/eam'
import { formOf } from '../../emulators/engine/agent.js'
import { acceptAnswer, APP_ID, CLIENT_ID, openEntra, signingKey, TENANT } from '../../emulators/external-method.js'
import { expect, meaningOf } from '../steps.js'

const ISSUER = 'https://mfa.example'
const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`
const key = signingKey()

const NO_SESSION = 'A method has no session: Entra asks again at the next sign-in.'

/** Runs the row of external authentication methods. */
export const runMethod = (context) => runWith(context, {
  settings: { step: () => ({ amr: 'otp' }) },
  name: 'a one-time password',
})

const control = { id: 'RequireContosoMfa', name: 'Contoso MFA', claims: [{ type: 'ContosoMfa', value: 'done' }] }

/** Runs the row of custom controls. */
export const runControl = (context) => runWith(context, {
  settings: { profile: 'ca-custom-control', controls: [control], step: () => ({ done: true }) },
  path: 'OAuth2ClaimsProvider',
  parameters: { claims: JSON.stringify({ id_token: { ContosoMfa: { essential: true, value: 'done' } } }) },
  name: 'a step of your own',
})

async function runWith({ run, step }, { settings, path, parameters, name }) {
  const entra = openEntra({ path })
  const refusals = []
  const method = createExternalMethod({
    issuer: ISSUER,
    appId: APP_ID,
    clientId: CLIENT_ID,
    tenants: [TENANT],
    signingKeys: [key],
    secret: 'a secret for the attempts of the demo, of 32 bytes or more',
    fetch: run.fetch,
    onRefusal: (error) => void refusals.push(error),
    ...settings,
  })
  run.apps.set(new URL(ISSUER).host, async (request) => (await method.handle(request)) ?? new Response('', { status: 404 }))
  let sent
  run.apps.set(entra.cloud, (request) => answerOfEntra(entra, run, request, () => sent))

  /** The user's browser: Entra's form goes to the method, and the method's form goes back to Entra. */
  const askMethod = async (claims) => {
    const form = entra.parameters(parameters, claims)
    sent = Object.fromEntries(form)
    const there = await run.fetch(`${ISSUER}/authorize`, { method: 'POST', body: new URLSearchParams(form) })
    const page = await there.text()
    const back = formOf(page)
    expect(back, `The method answers ${there.status} ${page}`)
    const answer = await run.fetch(back.action, { method: 'POST', body: back.fields })
    return { status: answer.status, body: await answer.json() }
  }
  if (settings.profile) {
    await step('Configure', async () => ({
      answer: await method.customControl('Contoso'), note: 'An administrator enters this JSON under Custom controls.',
    }))
  }
  await step('Discovery', async () => {
    const response = await run.fetch(DISCOVERY)
    expect(response.status === 200 && response.headers.get('content-length'), `The method answers ${response.status}`)
    return { answer: await response.json() }
  })
  await step('Sign in', async () => {
    const { status, body } = await askMethod()
    expect(status === 200, `Entra refuses the answer: ${JSON.stringify(body)}`)
    return { answer: body, note: `Entra accepts ${name} as the answer. ${NO_SESSION}` }
  })
  await step('Refusal', async () => {
    const iat = Math.floor(Date.now() / 1000) - 602
    const { body } = await askMethod({ iat, nbf: iat, exp: iat - 1 })
    const [{ code, at }] = refusals
    expect(code === 'OIDC_TOKEN_AGE_EXCEEDED', `The reason is ${code}`)
    expect(body.error === 'access_denied', `Entra got ${JSON.stringify(body)}`)
    return { tried: 'a hint of ten minutes ago', answer: body, code, at, meaning: meaningOf(code) }
  })
}

async function answerOfEntra(entra, run, request, sentOf) {
  const { pathname } = new URL(request.url)
  const document = entra.documents[pathname]
  if (document) return new Response(document, { headers: { 'content-type': 'application/json' } })
  if (request.url !== entra.redirectUri) return new Response('', { status: 404 })
  const fields = Object.fromEntries(new URLSearchParams(await request.text()))
  if (fields.error) return Response.json({ error: fields.error })
  try {
    return Response.json(await acceptAnswer({ fetch: run.fetch, discovery: DISCOVERY, fields, sent: sentOf() }))
  } catch (error) {
    return Response.json({ error: error.message }, { status: 400 })
  }
}
