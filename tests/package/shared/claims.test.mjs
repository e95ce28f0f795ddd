// Claims about a user as an app reads them: `email_verified` of providers that send a text.
import assert from 'node:assert/strict'
import test from 'node:test'
import { loadInternal } from '../../internal/modules.mjs'

const { readClaims } = await loadInternal('claims')

const read = (value, iss, issuer) => readClaims(JSON.stringify({ sub: 'u', email_verified: value, iss }), issuer).email_verified

test('B, IDT-28: the text "true" is true for the providers that mean it so, and stays a text for others', () => {
  for (const issuer of [
    'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_ZLiEFD4b6',
    'https://appleid.apple.com',
    'https://www.linkedin.com/oauth',
  ]) {
    assert.equal(read('true', issuer), true, issuer)
    assert.equal(read('true', undefined, issuer), true, `${issuer}, in UserInfo`)
    for (const [value, is] of [['false', false], ['yes', 'yes'], [1, false], [null, false]]) {
      assert.equal(read(value, issuer), is, `${issuer} ${value}`)
    }
  }
  for (const issuer of [
    'https://id.example.com',
    'https://id.example.com/https://appleid.apple.com',
    'https://appleid.apple.com.evil.example',
    'https://cognito-idp.evil.example/.amazonaws.com/',
    'http://appleid.apple.com',
    undefined,
  ]) {
    assert.equal(read('true', issuer), 'true', issuer)
    assert.equal(read('false', issuer), false, issuer)
    assert.equal(read(true, issuer), true, issuer)
  }
  assert.equal('email_verified' in readClaims('{"sub":"u"}'), false)
})
