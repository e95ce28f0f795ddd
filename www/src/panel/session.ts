// The session at this moment: who, for how long still, and who keeps it alive.
import { store, type auth as client } from '../auth.ts'
import { card, element } from '../view/element.ts'
import { wasRenewedHere } from './fetch.ts'
import { countTabs } from './tabs.ts'

type Auth = typeof client

const STATE = { loading: 'Loading', signedIn: 'Signed in', signedOut: 'Signed out' }

/** The card, which keeps itself up to date. */
export function sessionCard(auth: Auth): HTMLElement {
  const facts = element('dl', { class: 'facts' })
  const fact = (name: string, testid: string) => {
    const value = element('dd', { 'data-testid': testid }, '–')
    facts.append(element('dt', {}, name), value)
    return (text: string) => void (value.textContent === text || (value.textContent = text))
  }
  const state = fact('State', 'state')
  const who = fact('Who', 'who')
  const tabs = fact('Open tabs', 'tabs')
  const renewed = fact('Last renewed', 'renewed')
  const offset = fact('Clock', 'offset')
  const kept = fact('Kept in', 'store')
  const life = lifeOf(auth)
  let known: string | undefined

  const show = () => {
    state(STATE[auth.status])
    who(auth.user?.sub ?? 'Nobody')
    offset(auth.evidence ? clockWords(auth.evidence.clockOffset) : 'Measured at a sign-in')
    return life.read()
  }
  const shown = (by: string) => renewed(`${new Date().toLocaleTimeString('en-GB')}, ${by}`)

  renewed('Not since this page was loaded')
  kept(`The ${store} store`)
  countTabs((count) => tabs(String(count)))
  auth.subscribe(() => void show())
  auth.addEventListener('renewed', async () => {
    // A renewal that failed changes the session, too, and leaves the token as it was.
    const token = await show()
    if (!token || token === known) return
    known = token
    shown(wasRenewedHere() ? 'by this tab' : 'by another tab')
  })
  auth.addEventListener('signedin', async () => {
    wasRenewedHere()
    known = await show()
  })
  auth.addEventListener('degraded', () => kept('Memory: it ends with this page'))
  void show()
  return card('Session', facts, life.shown)
}

function lifeOf(auth: Auth) {
  const bar = element('progress', { 'aria-label': 'Remaining life of the access token', max: '1' })
  const text = element('p', { class: 'life', 'data-testid': 'life' })
  let end = 0
  let whole = 1

  const tick = () => {
    const left = Math.max(0, end - Date.now() / 1000)
    whole = Math.max(whole, left)
    bar.max = whole
    bar.value = left
    text.textContent = auth.user ? words(end, left) : 'No access token.'
  }
  setInterval(tick, 1000)

  return {
    shown: element('div', { class: 'token-life' }, element('h3', {}, 'Access token'), bar, text),
    /** Reads the token anew, and returns it. */
    async read() {
      // Why there is none is for those to say who ask for it to use it.
      const token = auth.user && (await auth.getAccessToken().catch(() => undefined))
      if (token && token.expiresAt !== end) whole = 1
      end = token?.expiresAt ?? 0
      tick()
      return token?.accessToken
    },
  }
}

function words(end: number, left: number): string {
  if (!end) return 'Nothing is known of its life.'
  if (left <= 0) return 'It has ended. The next use gets another.'
  const minutes = Math.floor(left / 60)
  return `It lives for another ${minutes} min ${Math.floor(left % 60)} s.`
}

function clockWords(seconds: number): string {
  if (!seconds) return 'Right, as far as the provider can tell'
  return `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead'}; taken into account`
}
