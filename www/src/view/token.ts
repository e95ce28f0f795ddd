// The access token, and what it is good for.
import { api, type auth as client } from '../auth.ts'
import { answerOf } from './answer.ts'
import { button, card, element } from './element.ts'
import { clearFailure, showFailure } from './failure.ts'

type Auth = typeof client

/** The token's remaining life, a call to the API, and one that the API has to refuse. */
export function tokenCard(auth: Auth): HTMLElement {
  const answer = element('div', { class: 'answer', 'aria-live': 'polite', 'data-testid': 'answer' })
  const me = new URL('me', api)

  // `auth.fetch` is fetch with the token added, under the addresses that `apis` names.
  const call = () => auth.fetch(me)
  // A request that brings a token of its own goes as it is.
  const forge = async () => {
    const { accessToken } = await auth.getAccessToken({ resource: api })
    return auth.fetch(me, { headers: { authorization: `Bearer ${tamper(accessToken)}` } })
  }

  const ask = (question: () => Promise<Response>) => () => {
    clearFailure()
    answer.replaceChildren()
    question().then(answerOf).then((nodes) => answer.replaceChildren(...nodes), showFailure)
  }

  const token = card(
    'Access token',
    element(
      'p',
      {},
      'It is for the API at ',
      element('code', {}, me.href),
      ', which runs at the edge and believes no more than this page does.',
    ),
    element(
      'div',
      { class: 'buttons' },
      button('Call the API', 'plain', ask(call)),
      button('Call it with a tampered token', 'plain', ask(forge)),
    ),
    answer,
  )
  token.classList.add('token')
  return token
}

/** Another letter in the middle of the signature: the last one may carry no bit of it. */
function tamper(token: string): string {
  const place = token.length - 20
  return token.slice(0, place) + (token[place] === 'A' ? 'B' : 'A') + token.slice(place + 1)
}
