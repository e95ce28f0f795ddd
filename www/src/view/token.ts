// The access token and calls to an API with it.
import { api, type auth as client } from '../auth.ts'
import { answerOf } from './answer.ts'
import { button, card, element } from './element.ts'
import { clearFailure, showFailure } from './failure.ts'

type Auth = typeof client

/** A card with a call to the API, and one that the API must refuse. */
export function tokenCard(auth: Auth): HTMLElement {
  const answer = element('div', { class: 'answer', 'aria-live': 'polite', 'data-testid': 'answer' })
  const me = new URL('me', api)

  // `auth.fetch` is fetch with the token added, under the addresses that `apis` names.
  const call = () => auth.fetch(me)
  // A request that has an `authorization` header is sent unchanged.
  const forge = async () => {
    const { accessToken } = await auth.getAccessToken({ resource: api })
    return auth.fetch(me, { headers: { authorization: `Bearer ${tamper(accessToken)}` } })
  }

  const send = (request: () => Promise<Response>) => () => {
    clearFailure()
    answer.replaceChildren()
    request().then(answerOf).then((nodes) => answer.replaceChildren(...nodes), showFailure)
  }

  const token = card(
    'Access token',
    element(
      'p',
      {},
      'It is for the API at ',
      element('code', {}, me.href),
      ', which runs at the edge and verifies every token itself.',
    ),
    element(
      'div',
      { class: 'buttons' },
      button('Call the API', 'plain', send(call)),
      button('Call it with a tampered token', 'plain', send(forge)),
    ),
    answer,
  )
  token.classList.add('token')
  return token
}

/** Changes a letter in the signature. The last letter is not used, because some of its bits are unused. */
function tamper(token: string): string {
  const place = token.length - 20
  return token.slice(0, place) + (token[place] === 'A' ? 'B' : 'A') + token.slice(place + 1)
}
