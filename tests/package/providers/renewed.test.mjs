// The ID token of a renewal, in a page and on a server: what keeps the session, and what ends it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { systems } from '../../../www/emulators/data/index.js'
import { startEmulator } from '../../providers/engine/emulator.mjs'
import { openApp } from '../../providers/engine/stage.mjs'
import { advanceClock } from '../support/clock.mjs'
import { code } from '../support/stage.mjs'

const named = (title) => systems.find((system) => system.title === title)

/** A user who is signed in, with a sign-in time in the ID token, and whose access token has expired. */
async function setStage(t, title) {
  const emulator = await startEmulator(t, named(title))
  const signedInAt = Math.floor(Date.now() / 1000)
  emulator.fault.idToken = (claims) => { claims.auth_time = signedInAt }
  const stage = openApp(t, emulator)
  const user = await stage.signIn(named(title).signInOptions)
  assert.equal(user.auth_time, signedInAt)
  advanceClock(t, 3700)
  return { emulator, stage, user, signedInAt }
}

for (const [where, title] of [['a page', 'Keycloak'], ['a server', 'Entra ID, an app on a server']]) {
  for (const [what, idToken] of Object.entries({
    'a later auth_time': (claims, at) => { claims.auth_time = at + 3600 },
    'no auth_time': (claims) => { delete claims.auth_time },
    'an azp that is our client': (claims, at) => { Object.assign(claims, { auth_time: at, azp: [claims.aud].flat()[0] }) },
    'an empty nonce': (claims, at) => { Object.assign(claims, { auth_time: at, nonce: '' }) },
  })) {
    test(`D4: on ${where}, a renewed ID token with ${what} keeps the session`, async (t) => {
      const { emulator, stage, user, signedInAt } = await setStage(t, title)
      emulator.fault.idToken = (claims) => idToken(claims, signedInAt)
      const before = emulator.count('token', 'refresh_token')
      assert.ok((await stage.accessToken({ renew: true })).accessToken)
      assert.equal(emulator.count('token', 'refresh_token'), before + 1)
      const after = await stage.user()
      assert.deepEqual([after.sub, after.iss], [user.sub, user.iss])
      assert.equal(after.auth_time, what === 'a later auth_time' ? signedInAt + 3600 : signedInAt)
    })
  }

  for (const [what, idToken] of Object.entries({
    'another sub': (claims, at) => { Object.assign(claims, { auth_time: at, sub: 'eve' }) },
    'another nonce': (claims, at) => { Object.assign(claims, { auth_time: at, nonce: 'other' }) },
    'an earlier auth_time': (claims, at) => { claims.auth_time = at - 3600 },
  })) {
    test(`D4: on ${where}, a renewed ID token with ${what} ends the session, and nothing of the response is kept`, async (t) => {
      const { emulator, stage, signedInAt } = await setStage(t, title)
      emulator.fault.idToken = (claims) => idToken(claims, signedInAt)
      await assert.rejects(stage.accessToken({ renew: true }), code('OIDC_RENEWED_MISMATCH'))
      assert.equal(await stage.user(), null)
      if (where === 'a server') return assert.deepEqual(stage.browser.chunks(), [], 'a cookie of the session')
      emulator.fault = {}
      await assert.rejects(stage.accessToken(), code('OIDC_SIGNIN_REQUIRED'))
    })
  }
}
