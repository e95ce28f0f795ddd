// An API at the edge: createVerifier in Node, with tokens that a page got.
import assert from 'node:assert/strict'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { token } from '../../browser/harness/client-steps.mjs'
import { load } from '../../package/support/package.mjs'
import { CLIENTS } from '../harness/places.mjs'
import { inPage, onServer } from '../harness/session.mjs'
import {
  askingVerifierAt, enter, idToken, readFrom, renew, serveSessions, signIn, verdict, verifierAt,
} from '../harness/steps.mjs'

/** A token whose signature is of other bytes. */
const forged = (token) => {
  const [header, payload, signature] = token.split('.')
  const other = signature.at(10) === 'A' ? 'B' : 'A'
  return [header, payload, signature.slice(0, 10) + other + signature.slice(11)].join('.')
}

export const edge = [
  {
    id: 'jwt',
    isQuick: true,
    async run(stage) {
      const { page, provider } = stage
      await signIn(stage, { settings: provider.jwtSettings })
      const accessToken = await token(page)
      const verifier = await verifierAt(stage)
      const { sub } = await verifier.verify(accessToken)
      assert.equal(sub, provider.sub)
      assert.equal(await verdict(verifier, accessToken), 'passed')
      assert.equal(await verdict(verifier, forged(accessToken)), 'OIDC_SIGNATURE_INVALID')
      assert.match(await verdict(verifier, await idToken(page)), /^OIDC_/)
      const foreign = await verifierAt(stage, { audience: 'https://other.example.com/' })
      assert.match(await verdict(foreign, accessToken), /^OIDC_(CLAIM_INVALID|AUD)/)
    },
  },
  {
    id: 'introspection',
    isQuick: true,
    async run(stage) {
      const { provider } = stage
      const session = provider.introspectsOwnTokens ? onServer(stage) : inPage(stage)
      const accessToken = await session.signIn({ settings: provider.opaqueSettings })
      const verifier = await askingVerifierAt(stage)
      assert.equal(await verdict(verifier, accessToken), 'passed')
      if (!provider.introspectsWithoutSub) assert.equal((await verifier.introspect(accessToken)).sub, provider.sub)
      await session.signOut()
      assert.equal(await verdict(await askingVerifierAt(stage), accessToken), 'OIDC_TOKEN_INACTIVE')
    },
  },
  {
    id: 'keyRotation',
    async run(stage) {
      const { page, provider } = stage
      await signIn(stage)
      const { createVerifier } = await load('./edge')
      const ofIdTokens = createVerifier({
        issuer: provider.issuer, audience: CLIENTS.app, kind: 'id_token', allowLoopbackIssuer: true,
        trustedAudiences: provider.settings?.trustedAudiences,
      })
      const first = await idToken(page)
      const verify = (token) => ofIdTokens.verify(token, { nonce: 'any' })
      assert.equal((await verify(first)).sub, provider.sub)
      await provider.rotateKey()
      await renew(page)
      await signIn(stage, { silently: true })
      const second = await idToken(page)
      assert.notEqual(decodeProtectedHeader(second).kid, decodeProtectedHeader(first).kid)
      assert.equal((await verify(second)).sub, provider.sub)
      // A token of the minute before still passes: its key stays known for a while.
      assert.equal((await verify(first)).sub, provider.sub)
    },
  },
  {
    id: 'algorithms',
    async run(stage) {
      const { page, provider, subtest } = stage
      const { all, use, reset } = provider.algorithms
      await provider.algorithms.prepare?.()
      await signIn(stage, { settings: provider.jwtSettings })
      for (const alg of all) {
        await subtest(alg, async () => {
          // A client has one algorithm: where that cannot be changed, there is a client for each.
          const settings = await use(alg)
          if (settings) {
            await forgetSignIns(page)
            await signIn(stage, { settings: { ...provider.jwtSettings, ...settings }, silently: true })
          }
          const accessToken = await renew(page)
          const token = await idToken(page)
          assert.equal(decodeProtectedHeader(token).alg, alg)
          assert.equal(decodeJwt(token).sub, provider.sub)
          if (stage.lacks.jwt) return
          assert.equal(decodeProtectedHeader(accessToken).alg, alg)
          assert.equal(await verdict(await verifierAt(stage), accessToken), 'passed')
        })
      }
      await reset?.()
    },
  },
  {
    id: 'secretAlgorithms',
    async run(stage) {
      const { page, provider } = stage
      await serveSessions(stage, { idTokenSignedResponseAlg: 'HS256', ...provider.secretAlgorithm })
      const { user, idToken } = await enter(stage)
      assert.equal(user?.sub, provider.sub)
      assert.equal(decodeProtectedHeader(idToken).alg, 'HS256')
      assert.equal((await readFrom(stage, page, '/renew')).user?.sub, provider.sub)
    },
  },
]

/** Deletes what the app has stored: four sign-ins of one person within half a minute are a loop. */
const forgetSignIns = (page) => page.evaluate(async () => {
  auth.close()
  localStorage.clear()
  await new Promise((resolve) => { indexedDB.deleteDatabase('countersign').onsuccess = resolve })
})
