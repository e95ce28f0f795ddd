// The codes of an edge where no page's client was ever imported: each entry brings its own table.
import assert from 'node:assert/strict'
import test from 'node:test'
import { startDouble } from '../support/double.mjs'
import { load } from '../support/package.mjs'

const { createVerifier } = await load('./edge')
const { userinfo } = await load('./introspection')

test('UIN-01 and UIN-05: without a page client, the edge has the codes of UserInfo', async (t) => {
  const double = await startDouble()
  t.after(() => double.close())
  const verifier = createVerifier({
    ...{ issuer: double.issuer, audience: 'api', allowLoopbackIssuer: true },
    userinfo: userinfo({}),
  })
  await assert.rejects(verifier.userinfo('t', { sub: 'bob' }), {
    ...{ code: 'OIDC_USERINFO_SUB_MISMATCH', blame: 'Provider' },
  })
  const headers = { 'content-type': 'application/json' }
  double.answers['/me'] = () => ({ status: 401, headers, body: '{}' })
  await assert.rejects(verifier.userinfo('t', { sub: 'alice' }), {
    ...{ code: 'OIDC_TOKEN_REJECTED', blame: 'User' },
  })
})
