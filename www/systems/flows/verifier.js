// A row of a provider at which no app of ours signs in: its tokens come from elsewhere, and an API at the edge checks them.
import { randomUUID } from 'node:crypto'
import { clientId } from '../../emulators/engine/emulator.js'
import { mint } from '../../emulators/engine/shapes.js'
import { now } from '../../emulators/engine/tokens.js'
import { reasonsOf } from '../frame.js'
import { expect, meaningOf } from '../steps.js'

/** Runs the row of a system whose preset has a verifier alone. */
export async function runVerifier({ run, step, origin, edge }) {
  const { system } = run.row
  const emulator = await run.emulate(system)
  edge(system)
  const context = { client: clientId, sub: 'alice', scope: '', params: new URLSearchParams(), signedInAt: now(), jti: randomUUID(), claims: {} }
  const ask = async (token) => {
    const response = await fetch(`${origin}/${run.id}/api`, { headers: { authorization: `Bearer ${token}`, origin: 'https://app.example' } })
    return { status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.text() }
  }
  const token = await step('Sign in', async () => ({
    answer: 'A token of the provider’s own SDK.', note: reasonsOf(system).signIn, value: mint(emulator.front, context, {}),
  }))
  await step('Call', async () => {
    const { status, body } = await ask(token)
    expect(status === 200, `The API answers ${status} ${body}`)
    return { answer: JSON.parse(body) }
  }, 'edge')
  await step('Refusal', async () => {
    const [{ name, claims, code }] = system.edge.refused
    const { status, challenge, body } = await ask(mint(emulator.front, context, { claims }))
    const found = /OIDC_\w+/.exec(challenge + body)?.[0]
    expect(status === 401 && found === code, `The API answers ${status} ${challenge}`)
    return { tried: name, answer: `401 ${challenge}`, code: found, meaning: meaningOf(found) }
  }, 'edge')
}
