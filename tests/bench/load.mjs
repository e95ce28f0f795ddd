// An API on workerd under load: as many requests as two dozen connections bring, each with its
// token, by turns to one that accepts every request, to `guard`, and to the same by hand with jose.
import { Agent, get } from 'node:http'
import { bundle } from './bundle.mjs'
import { startWorker } from './runtimes.mjs'
import { claimsOf, makeSigner } from './tokens.mjs'

const CONNECTIONS = 24
export const ROUTES = ['open', 'guard', 'jose']

/** Requests per second by route, for new tokens and repeated ones: `{ new: { open: [..] }, seen }`. */
export async function load({ rounds, requests }) {
  const { jwk, token } = makeSigner('ES256')
  const tokens = Array.from({ length: 4000 }, (_, number) => token(claimsOf(number)))
  const given = { jwk }
  const contents = await bundle('entries/route.mjs', { conditions: ['workerd'], given })
  const worker = startWorker(contents, { port: 0, host: '127.0.0.1' })
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const { port } = await worker.ready
  const seen = { new: {}, seen: {} }
  try {
    for (let round = -1; round < rounds; round += 1) {
      for (const kind of ['new', 'seen']) {
        for (const route of ROUTES) {
          const tokenOf = (number) => tokens[kind === 'seen' ? number % 100 : (round * requests + number + 4000) % 4000]
          const rate = await rush({ port, agent, route, requests, tokenOf })
          if (round >= 0) (seen[kind][route] ??= []).push(rate)
        }
      }
    }
  } finally {
    agent.destroy()
    await worker.dispose()
  }
  return seen
}

async function rush({ port, agent, route, requests, tokenOf }) {
  let next = 0
  const began = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    while (next < requests) await ask(port, agent, route, tokenOf(next++))
  }))
  return requests / ((performance.now() - began) / 1000)
}

function ask(port, agent, route, token) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    get({ host: '127.0.0.1', port, path: `/${route}`, agent, headers }, (response) => {
      response.resume().on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${route}: ${response.statusCode}`)))
    }).on('error', reject)
  })
}
