// A user's browser at the pages of an emulated provider: follows redirects, keeps cookies, sends forms.

const NAMED = { '&amp;': '&', '&quot;': '"', '&lt;': '<', '&gt;': '>' }
const unescape = (text) =>
  text.replace(/&(?:amp|quot|lt|gt|#(\d+));/g, (entity, code) => (code ? String.fromCharCode(code) : NAMED[entity]))
const attribute = (tag, name) => {
  const [, value] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? []
  return value === undefined ? undefined : unescape(value)
}

/** Opens a browser that knows the emulator and the app at `appOrigin`. */
export function openAgent(emulator, appOrigin) {
  const cookies = new Map()
  const send = async (url, form) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie && { cookie }), accept: 'text/html' }
    const response = await emulator.fetch(url, { method: form ? 'POST' : 'GET', body: form, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    return response
  }
  return {
    cookies,
    /**
     * Opens an address and follows it until the app is reached: `url`, or `url` and `form` for a POST. A page of the provider
     * that leads nowhere is `page`, with its `status`.
     */
    async go(url) {
      let form
      for (let step = 0; step < 20; step += 1) {
        if (new URL(url).origin === appOrigin) return { url, form }
        const response = await send(url, form)
        const to = response.headers.get('location')
        form = undefined
        if (to) {
          url = new URL(to, url).href
          continue
        }
        const html = await response.text()
        const found = formOf(html)
        if (!found) return { page: html, status: response.status }
        url = new URL(found.action, url).href
        form = found.fields
      }
      throw new Error(`The provider never came to an end: ${url}`)
    },
  }
}

/** The address and the fields of a page's form, if it has one. */
export function formOf(html) {
  const [tag] = /<form\b[^>]*>/.exec(html) ?? []
  if (!tag) return undefined
  const fields = new URLSearchParams()
  for (const [input] of html.matchAll(/<(?:input|button)\b[^>]*\bname="[^>]*>/g)) {
    fields.append(attribute(input, 'name'), attribute(input, 'value') ?? '')
  }
  return { action: attribute(tag, 'action'), fields }
}
