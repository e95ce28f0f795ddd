// The memory of a page's module: it keeps nothing of a call, and no more memory after the thousandth.
import assert from 'node:assert/strict'
import test from 'node:test'
import { loadInternal } from '../../internal/modules.mjs'
import { setStage, warmUp } from '../support/stage.mjs'
import { compileModule } from '../support/package.mjs'

await warmUp()

test("the input of a call is not in the module's memory after the call", async (t) => {
  const instantiate = t.mock.method(WebAssembly, 'instantiate')
  const stage = await setStage(t, { metadata: undefined })
  const { auth } = await stage.signIn()
  const { accessToken } = await auth.getAccessToken({ scope: 'openid' })
  await auth.userInfo().catch(() => {})
  const instances = await Promise.all(instantiate.mock.calls.map(({ result }) => result))
  const ours = instances.filter((instance) => instance.exports?.resume)
  assert.ok(ours.length > 0, 'the module runs')
  for (const { exports } of ours) {
    const bytes = Buffer.from(exports.memory.buffer)
    for (const secret of [accessToken, 'code_verifier=', '"id_token":', stage.double.issuer]) {
      assert.equal(bytes.indexOf(secret), -1, secret.slice(0, 14))
    }
  }
})

test('memory does not grow over many calls with long texts', async () => {
  const { makeGlue } = await loadInternal('page-glue')
  const glue = makeGlue()
  const instance = await WebAssembly.instantiate(await compileModule(), glue.imports)
  const call = glue.attach(instance)
  const config = JSON.stringify({
    issuer: 'https://op.example',
    clientId: 'c',
    redirectUri: 'https://app.example/cb',
    apis: { 'https://api.example/': { scope: 'a' } },
  })
  const long = `https://api.example/${'é/x'.repeat(10_000)}`
  const round = () => {
    assert.match(call('begin', [config, 'api-need', 'https://api.example/x', '', 0]), /"scope":"a"/)
    assert.match(call('begin', [config, 'api-need', long, '', 0]), /"apiNeed"/)
    assert.match(call('begin', [config, 'start', '', `https://app.example/?${long}`, 0]), /"load"/)
  }
  round()
  const { byteLength } = instance.exports.memory.buffer
  for (let n = 0; n < 1000; n += 1) round()
  assert.equal(instance.exports.memory.buffer.byteLength, byteLength)
})
