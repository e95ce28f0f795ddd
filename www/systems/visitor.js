// A user of an app on this server, at the run's addresses: goes where redirects lead, keeps cookies, sends forms.
import { openAgent } from '../emulators/engine/agent.js'

/** Opens a browser for the app at `origin`. */
export function openVisitor(run, origin) {
  const jar = new Map()
  const agent = openAgent({ fetch: run.fetch }, origin)

  const visitor = {
    /** Sends a request to the app with its cookies. `bare` is a form of another site, without them (SameSite=Lax). */
    async ask(path, { bare, headers, ...init } = {}) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await run.fetch(new URL(path, origin), { ...init, headers: { ...(cookie && !bare && { cookie }), ...headers } })
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
        if (/max-age=0(?:;|$)/i.test(line) || !value) jar.delete(name)
        else jar.set(name, value)
      }
      return response
    },
    /** Opens an address of the app, and follows it through the pages of the provider back to the app. */
    async open(path) {
      let response = await visitor.ask(path)
      for (let hops = 0; hops < 10; hops += 1) {
        const to = response.headers.get('location')
        if (!to) return response
        const { origin: next } = new URL(to, origin)
        if (next === origin) {
          response = await visitor.ask(to)
          continue
        }
        const back = await agent.go(to)
        if (!back.url) return new Response(back.page, { status: back.status })
        response = back.form
          ? await visitor.ask(back.url, { method: 'POST', body: back.form, bare: true, headers: { origin: next } })
          : await visitor.ask(back.url)
      }
      throw new Error(`The app and the provider never come to an end: ${path}`)
    },
    /** Signs out with the app's form. */
    async leave() {
      const response = await visitor.ask('/auth/logout', { method: 'POST', headers: { origin } })
      const to = response.headers.get('location')
      return to && new URL(to, origin).origin !== origin ? agent.go(to) : undefined
    },
  }
  return visitor
}
