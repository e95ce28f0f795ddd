// The access token: how long it lives, and two things it is good for.
import type { auth as client } from '../auth.ts'
import { claimsTable } from './claims.ts'
import { button, card, element } from './element.ts'
import { clearFailure, showFailure } from './failure.ts'

type Auth = typeof client

/** The token's remaining life, a question to UserInfo, and a call to an API. */
export function tokenCard(auth: Auth): HTMLElement {
  const life = element('p', { class: 'life' })
  const answer = element('div', { class: 'answer', 'aria-live': 'polite', 'data-testid': 'answer' })

  // `auth.userInfo` refuses an answer about anybody else than the person who signed in.
  const userInfo = async () => told('UserInfo', await auth.userInfo())
  // `auth.fetch` is fetch with the token added, under the addresses that `apis` names.
  const callApi = async () => told('The API', await (await auth.fetch('/api/hello')).json())

  const ask = (question: () => Promise<Node[]>) => () => {
    clearFailure()
    question().then((nodes) => answer.replaceChildren(...nodes), showFailure)
  }

  void countDown(auth, life)
  const token = card(
    'Access token',
    life,
    element(
      'div',
      { class: 'buttons' },
      button('Ask UserInfo', 'plain', ask(userInfo)),
      button('Call the API', 'plain', ask(callApi)),
    ),
    answer,
  )
  token.classList.add('token')
  return token
}

function told(who: string, said: Readonly<Record<string, unknown>>): Node[] {
  return [element('h3', {}, `${who} says`), claimsTable(said)]
}

async function countDown(auth: Auth, life: HTMLElement) {
  try {
    const { expiresAt } = await auth.getAccessToken()
    if (!expiresAt) return void (life.textContent = 'The provider does not say how long it lives.')
    const tick = () => {
      life.textContent = words(expiresAt - Date.now() / 1000)
      // A card that was replaced stops counting.
      if (life.isConnected) setTimeout(tick, 1000)
    }
    tick()
  } catch (error) {
    showFailure(error)
  }
}

function words(seconds: number): string {
  if (seconds <= 0) return 'It has ended. Sign in again for a new one.'
  const minutes = Math.floor(seconds / 60)
  return `It lives for another ${minutes} min ${Math.floor(seconds % 60)} s.`
}
