// The edge functions of the page Systems, on workerd: an API for each run that checks access tokens, and one ServiceNow gate.
import { createVerifier } from 'countersign/edge'
import * as providers from 'countersign/providers'
import { createGate, durableObjectReplay } from 'countersign/servicenow'
import { gatewayFetch } from '../gateway.js'

export { ReplayObject } from 'countersign/servicenow'

/** How many verifiers are kept: each run has one. */
const MAX_VERIFIERS = 100

const verifiers = new Map()

/** The verifier of a run, whose settings the demo's server has. */
async function makeVerifier(env, run) {
  const response = await fetch(`${env.ORIGIN}/runs/${run}/edge`)
  const { preset, options, audience } = await response.json()
  return createVerifier({
    // An app writes: `provider: okta({ domain: 'dev-12345.okta.com' })`.
    provider: providers[preset](options),
    audience,
    cors: { origins: [env.APP_ORIGIN] },
    fetch: gatewayFetch(`${env.ORIGIN}/${run}`),
  })
}

const gate = createGate((env) => ({
  entities: JSON.parse(env.ENTITIES),
  findUser: ({ value }) => JSON.parse(env.USERS).filter(({ email }) => email === value),
  // A Durable Object lets each token pass once, whichever isolate gets it.
  replay: durableObjectReplay(env.REPLAY),
  // The newest run that emulates the provider answers.
  fetch: gatewayFetch(`${env.ORIGIN}/newest`),
}))

export default {
  async fetch(request, env, ctx) {
    const [, name] = new URL(request.url).pathname.split('/')
    return name === 'api' ? answerGate(request, env, ctx) : answerApi(request, env, name)
  },
}

async function answerApi(request, env, run) {
  if (verifiers.size > MAX_VERIFIERS) verifiers.clear()
  if (!verifiers.has(run)) verifiers.set(run, makeVerifier(env, run))
  const pass = await (await verifiers.get(run)).guard(request)
  if (!pass.ok) return pass.response
  const { iss, sub } = pass.claims
  return Response.json({ iss, sub }, { headers: pass.headers })
}

async function answerGate(request, env, ctx) {
  const pass = await gate.guard(request, { env, ctx })
  if (pass.ok) return Response.json({ result: { caller: pass.user.sys_id } })
  // The response says nothing about the reason. An app writes it into its log; the demo shows it.
  const headers = new Headers(pass.response.headers)
  headers.set('demo-reason', pass.error.code)
  return new Response(pass.response.body, { status: pass.response.status, headers })
}
