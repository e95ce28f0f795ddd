// Relying parties that take a client id, a secret and an issuer from Entrust IDaaS, with no preset of ours.
import assert from 'node:assert/strict'
import test from 'node:test'
import { browse } from '../support/edge-app.mjs'
import { app, clientSecret, issuer, startEntrust } from '../support/entrust.mjs'
import { openAgent } from '../../providers/engine/agent.mjs'
import { load } from '../support/package.mjs'

const { createSessions } = await load('./sessions')

/** Signs a user in at a relying party that knows these settings alone. */
async function signInAt(emulator, settings) {
  const party = browse(createSessions({ secret: 'a secret for the cookies of these tests', fetch: emulator.fetch, ...settings }))
  const away = await party.handle('/auth/login')
  assert.equal(away.status, 302, await away.text())
  const { url } = await openAgent(emulator, app).go(away.headers.get('location'))
  const back = await party.handle(url)
  assert.equal(back.status, 302, await back.text())
  return party.user()
}

test('ConnectWise: a relying party with client id, secret and issuer signs a user in', async (t) => {
  const emulator = await startEntrust(t)
  const user = await signInAt(emulator, { issuer, clientId: 'server', clientSecret })
  assert.deepEqual([user.iss, user.sub, user.aud], [issuer, 'alice@example.com', 'server'])
  assert.equal(emulator.asked[0].url, `${issuer}/.well-known/openid-configuration`)
})
