// A person at the provider's pages: follows redirects, keeps cookies, fills in forms.

/**
 * Opens an address and signs in as `login`; returns the address that leads back to the app. `fetch` sends
 * the requests.
 */
export async function signInAt(url, login, appOrigin, fetch = globalThis.fetch) {
  const cookies = new Map()
  for (let step = 0; step < 20; step += 1) {
    const response = await request(fetch, url, cookies)
    const to = response.headers.get('location')
    if (to) {
      url = new URL(to, url).href
      if (url.startsWith(appOrigin)) return url
      continue
    }
    const form = formOf(await response.text(), url)
    const answer = await request(
      fetch,
      form.action,
      cookies,
      new URLSearchParams({ login, password: 'x' }),
    )
    url = new URL(answer.headers.get('location'), form.action).href
  }
  throw new Error(`The provider never came to an end: ${url}`)
}

async function request(fetch, url, cookies, body) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const init = { method: body ? 'POST' : 'GET', body, headers: { cookie }, redirect: 'manual' }
  const response = await fetch(url, init)
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    if (value) cookies.set(name, value)
    else cookies.delete(name)
  }
  return response
}

function formOf(html, url) {
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1]
  if (!action) throw new Error(`There is no form at ${url}: ${html.slice(0, 300)}`)
  return { action: new URL(action, url).href }
}
