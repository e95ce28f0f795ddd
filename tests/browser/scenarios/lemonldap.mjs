// A second, independent provider: it finds assumptions that hold at the first one only.
import assert from 'node:assert/strict'
import { decodeJwt } from 'jose'
import { missing } from '../harness/lemonldap/index.mjs'
import { scenario } from '../harness/scenario.mjs'
import {
  assertCleanAddress, assertSignedOut, clickButton, leaveLemonldap, open, signInAtLemonldap, subject,
} from '../harness/steps.mjs'

const ONCE = 'The second provider is tested in one engine: the provider differs, not the engine.'

scenario('LOG-14: at LemonLDAP::NG a user signs in, is signed in after a reload, and signs out', {
  lemonldap: {},
  skip: missing,
  skipIn: { Firefox: ONCE, WebKit: ONCE },
}, async ({ page, servers }) => {
  await open(page, servers)
  await clickButton(page, 'Sign in')
  await signInAtLemonldap(page)
  assert.equal(await subject(page), 'dwho')
  await assertCleanAddress(page, servers)
  assert.equal(servers.count('POST /oauth2/token'), 1)
  await page.reload()
  assert.equal(await subject(page), 'dwho')

  await clickButton(page, 'Sign out')
  await leaveLemonldap(page)
  await assertSignedOut(page)
  await assertCleanAddress(page, servers)
  const [left] = servers.lemonldap.urls.filter(({ pathname }) => pathname === '/oauth2/logout')
  const { iss, aud, sub } = decodeJwt(left.searchParams.get('id_token_hint'))
  assert.deepEqual([iss, aud, sub].flat(), [servers.issuer, 'demo-spa', 'dwho'])
  assert.equal(left.searchParams.get('client_id'), 'demo-spa')
  assert.equal(left.searchParams.get('post_logout_redirect_uri'), `${servers.app}/`)
  // The portal's own session has ended as well.
  await clickButton(page, 'Sign in')
  await page.waitForSelector('input[name=user]')
})
