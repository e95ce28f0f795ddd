// The cost of a verification by the number of keys, of issuers and of claims: in Node, EdDSA, a new
// token each time.
import { AUDIENCE, claimsOf, ISSUER, makeSigner } from './tokens.mjs'
import { fresh } from './race.mjs'

const SIZES = [1, 3, 10, 30, 100, 300, 1000]
const BATCH = 50

/** Microseconds a token by number: `{ keys: { ours: [[1, [..]], ..], jose: [..] }, issuers, claims }`. */
export async function curves({ createVerifier, jose }, rounds) {
  const seen = {}
  for (const [name, setOf] of Object.entries(SETS)) {
    // A set of more than a hundred keys is refused.
    const sets = SIZES.filter((size) => name !== 'keys' || size <= 100).map(setOf)
    const makers = name === 'issuers' ? { countersign: ours(createVerifier) }
      : { countersign: ours(createVerifier), jose: peers(jose) }
    seen[name] = {}
    for (const [who, make] of Object.entries(makers)) {
      const runs = []
      for (const set of sets) runs.push({ size: set.size, tokens: set.tokens, verify: await make(set), times: [] })
      await time(runs, rounds)
      seen[name][who] = runs.map(({ size, times }) => [size, times])
    }
  }
  return seen
}

// All sizes take turns, so that load hits none of them alone.
async function time(runs, rounds) {
  for (let round = -2; round < rounds; round += 1) {
    for (const { tokens, verify, times } of runs) {
      const place = (round + 2) * BATCH
      const batch = fresh(tokens.slice(place, place + BATCH))
      const began = performance.now()
      for (const token of batch) await verify(token)
      if (round >= 0) times.push(((performance.now() - began) * 1000) / BATCH)
    }
  }
}

const signer = makeSigner('EdDSA', 'the one')
const others = Array.from({ length: Math.max(...SIZES) }, (_, number) => makeSigner('EdDSA', `key ${number}`).jwk)
const tokensOf = (more) => Array.from({ length: 2500 }, (_, number) => signer.token(claimsOf(number, more)))

const SETS = {
  keys: (size) => ({ size, issuer: ISSUER, keys: [...others.slice(1, size), signer.jwk], tokens: tokensOf() }),
  issuers: (size) => ({
    size,
    issuer: [...Array.from({ length: size - 1 }, (_, number) => `https://id${number}.example.com`), ISSUER],
    keys: [signer.jwk],
    tokens: tokensOf(),
  }),
  claims: (size) => ({ size, issuer: ISSUER, keys: [signer.jwk], tokens: tokensOf(claimsBeside(size)) }),
}

const claimsBeside = (size) =>
  Object.fromEntries(Array.from({ length: size }, (_, number) => [`claim_${number}`, `value ${number}`]))

const ours = (createVerifier) => async ({ issuer, keys }) => {
  const own = typeof issuer === 'string' ? { jwks: { keys } } : { fetch: asked(keys) }
  const verifier = createVerifier({ issuer, audience: AUDIENCE, ...own })
  await verifier.ready()
  return (token) => verifier.verifySync(token)
}

// Pinned keys are of one issuer; several are asked, each for the same keys here.
const asked = (keys) => async (url) => {
  const { origin, pathname } = new URL(url)
  const metadata = { issuer: origin, jwks_uri: `${origin}/jwks` }
  return Response.json(pathname === '/jwks' ? { keys } : metadata)
}

const peers = ({ createLocalJWKSet, jwtVerify }) => async ({ issuer, keys }) => {
  const set = createLocalJWKSet({ keys })
  return (token) => jwtVerify(token, set, { issuer, audience: AUDIENCE, typ: 'at+jwt' })
}
