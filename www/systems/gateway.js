// Real addresses as addresses of this machine: https://samples.auth0.com/authorize of the run `r1` is at
// http://localhost:4003/r1/https/samples.auth0.com/authorize. A browser can go there, and issuers stay what they are.
import { formOf } from '../emulators/engine/agent.js'

/** The local address of a real one. `base` is the address of a run. */
export function localAddress(base, address) {
  const { protocol, host, pathname, search } = new URL(address)
  return `${base}/${protocol.slice(0, -1)}/${host}${pathname}${search}`
}

/** The real address of a path below a run. `undefined` if it is none. */
export function realAddress(path) {
  const [, scheme, host, rest] = /^\/(https?)\/([^/?]+)(.*)$/.exec(path) ?? []
  return host && new URL(`${scheme}://${host}${rest}`)
}

/** A `fetch` that sends requests for real addresses to a run. It does not follow redirects, and asks no other machine. */
export const gatewayFetch = (base) => async (input, init) => {
  const request = new Request(input, init)
  const { method, headers, signal } = request
  if (new URL(request.url).hostname === 'localhost') return fetch(request)
  const body = ['GET', 'HEAD'].includes(method) ? undefined : await request.arrayBuffer()
  const response = await fetch(localAddress(base, request.url), { method, headers, body, redirect: 'manual', signal })
  if (response.headers.has('x-no-host')) throw new TypeError(`fetch failed: nothing answers at ${request.url}`)
  const to = response.headers.get('location')
  if (!to?.startsWith(`${base}/`)) return response
  const real = new Headers(response.headers)
  real.set('location', realAddress(to.slice(base.length)))
  return new Response(response.body, { status: response.status, headers: real })
}

/** Answers a request for a real address of a run. */
export async function answerReal(run, base, { url, method, headers, body }) {
  const asked = { url, method, headers: { ...headers, cookie: cookiesFor(run, headers.cookie) }, body }
  const answer = await agreeToLogout(run, asked, await run.answer(asked))
  const { location } = answer.headers
  const isHere = location && run.knows(new URL(location))
  const cookies = (answer.cookies ?? []).map((line) => cookieOf(run, line))
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(isHere && { location: localAddress(base, location) }),
      ...(cookies.length && { 'set-cookie': cookies }),
    },
  }
}

// The engine asks whether to sign out there too. The user of an emulator agrees to everything.
async function agreeToLogout(run, { url, headers }, answer) {
  const form = answer.endpoint === 'logout' && answer.status === 200 && formOf(answer.text)
  if (!form) return answer
  const set = (answer.cookies ?? []).map((line) => line.split(';')[0])
  const cookie = [headers.cookie, ...set].filter(Boolean).join('; ')
  const type = 'application/x-www-form-urlencoded'
  const request = { url: new URL(form.action, url), method: 'POST', headers: { cookie, 'content-type': type }, body: String(form.fields) }
  return run.answer(request)
}

// Browsers send the cookies of a host to all its ports, so those of a run have a name and a path of their own.
const prefixOf = ({ id }) => `${id}.`

function cookiesFor(run, text = '') {
  const prefix = prefixOf(run)
  const own = text.split('; ').filter((pair) => pair.startsWith(prefix))
  return own.map((pair) => pair.slice(prefix.length)).join('; ')
}

function cookieOf(run, line) {
  const [pair, ...attributes] = line.split(/; */)
  const kept = attributes.filter((one) => !/^(?:path|domain|samesite)=|^secure$/i.test(one))
  return [`${prefixOf(run)}${pair}`, `Path=/${run.id}/`, 'SameSite=Lax', ...kept].join('; ')
}
