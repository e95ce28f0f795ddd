// The pages of provider presets: each example is loaded, and the core accepts its settings.
import assert from 'node:assert/strict'
import test from 'node:test'
import { providerExamples } from './harness/examples.mjs'
import { load } from './harness/project.mjs'

const env = { CLIENT_SECRET: 'a client secret of these tests!!', SESSION_SECRET: 'a secret for the cookies of these tests' }

for (const { id, code } of providerExamples()) {
  test(id, async (t) => {
    const { auth, sessions, verifier } = await load(t, { 'example.ts': code }, 'example.ts')
    if (auth) assert.equal(await auth.start(), null)
    if (sessions) assert.equal(await sessions.session(new Request('https://app.example.com/'), { env }), null)
    if (verifier) await assert.rejects(verifier.verify('no token'), { code: 'OIDC_TOKEN_MALFORMED' })
    assert.ok(auth ?? sessions ?? verifier)
  })
}
