// A second, independent provider: what was learnt from one alone is found out here.
import assert from 'node:assert/strict'
import { decodeJwt } from 'jose'
import { missing } from '../harness/lemonldap/index.mjs'
import { story } from '../harness/story.mjs'
import {
  answerLemonldap, assertCleanAddress, assertSignedOut, leaveLemonldap, open, press, subject,
} from '../harness/steps.mjs'

const ONCE = 'A second provider is asked in one engine: it is the provider that differs.'

story('LOG-14: at LemonLDAP::NG, too, a person signs in, stays so over a reload, and signs out', {
  lemonldap: {},
  skip: missing,
  skipIn: { Firefox: ONCE, WebKit: ONCE },
}, async ({ page, world }) => {
  await open(page, world)
  await press(page, 'Sign in')
  await answerLemonldap(page)
  assert.equal(await subject(page), 'dwho')
  await assertCleanAddress(page, world)
  assert.equal(world.count('POST /oauth2/token'), 1)
  await page.reload()
  assert.equal(await subject(page), 'dwho')

  await press(page, 'Sign out')
  await leaveLemonldap(page)
  await assertSignedOut(page)
  await assertCleanAddress(page, world)
  const [left] = world.lemonldap.urls.filter(({ pathname }) => pathname === '/oauth2/logout')
  const { iss, aud, sub } = decodeJwt(left.searchParams.get('id_token_hint'))
  assert.deepEqual([iss, aud, sub].flat(), [world.issuer, 'demo-spa', 'dwho'])
  assert.equal(left.searchParams.get('client_id'), 'demo-spa')
  assert.equal(left.searchParams.get('post_logout_redirect_uri'), `${world.app}/`)
  // The portal has forgotten the person as well.
  await press(page, 'Sign in')
  await page.waitForSelector('input[name=user]')
})
