// Claims about a user as an app reads them: `email_verified` of providers that send a text.
import assert from 'node:assert/strict'
import test from 'node:test'
import { loadInternal } from '../../internal/modules.mjs'
import { load } from '../support/package.mjs'

const { readClaims } = await loadInternal('claims')

const read = (value, booleansAsText, name = 'email_verified') =>
  readClaims(JSON.stringify({ sub: 'u', [name]: value }), booleansAsText)[name]

test('B, IDT-28: the text "true" is true if the settings say that it means so, and stays a text otherwise', () => {
  const listed = ['email_verified', 'is_private_email']
  for (const name of listed) {
    for (const [value, is] of [['true', true], ['false', false], [true, true], ['yes', 'yes'], [1, false], [null, false]]) {
      assert.equal(read(value, listed, name), is, `${name} ${value}`)
    }
  }
  for (const others of [undefined, [], ['phone_number_verified']]) {
    assert.equal(read('true', others), 'true')
    assert.equal(read('false', others), false)
    assert.equal(read(true, others), true)
  }
  assert.equal(read('true', undefined, 'is_private_email'), 'true')
  assert.equal('email_verified' in readClaims('{"sub":"u"}'), false)
  assert.equal('is_private_email' in readClaims('{"sub":"u"}', listed), false)
})

test('B, IDT-28: presets of providers that send texts say so, and no issuer does', async () => {
  const { cognito, apple, linkedin, okta } = await load('./providers')
  const saysSo = [
    [cognito({ region: 'eu-west-1', userPool: 'eu-west-1_ZLiEFD4b6', domain: 'login.example' }), ['email_verified', 'phone_number_verified']],
    [apple({ teamId: 'EXAMPLE000' }), ['email_verified', 'is_private_email']],
    [linkedin({}), ['email_verified']],
  ]
  for (const [preset, list] of saysSo) assert.deepEqual(preset.sessions.booleansAsText, list, preset.name)
  assert.equal(okta({ domain: 'example.okta.com' }).sessions.booleansAsText, undefined)
})
