// The rules of a provider's logout endpoint. Each provider has a dialect of its own.
import { page } from './answers.js'

/**
 * Ends the session at the provider, if the request is as the provider wants it. With `isRegisteredOnly` the address after the
 * logout is a setting of the app at the provider, whatever the request says.
 */
export async function endSession(front, params, { headers }) {
  const { logout = {} } = front.system
  const { redirectParameter = 'post_logout_redirect_uri', hint = 'optional', needs = [], refuses = [], isRegisteredOnly } = logout
  const missing = needs.find((name) => !params.has(name))
  if (missing) return page(`<p>${missing} is missing</p>`, 400)
  const refused = refuses.find((name) => params.has(name))
  if (refused) return page(`<p>${refused} is refused</p>`, 400)
  const token = front.idTokens.get(params.get('id_token_hint'))
  if (params.has('id_token_hint') && !token) return page('<p>The hint is unknown</p>', 400)
  if (hint === 'required' && !token) return page('<p>The hint is missing</p>', 400)
  const inner = new URLSearchParams()
  if (token) inner.set('id_token_hint', token.engine)
  else if (params.has('client_id') || params.has('logout_uri') || redirectParameter !== 'post_logout_redirect_uri') inner.set('client_id', front.client.clientId)
  const back = isRegisteredOnly ? front.client.postLogoutRedirectUri : params.get(redirectParameter)
  if (back) inner.set('post_logout_redirect_uri', back)
  if (params.has('state') && !isRegisteredOnly) inner.set('state', params.get('state'))
  front.emulator.hasSession = false
  return front.askEngine(`/session/end?${inner}`, { cookie: headers.cookie })
}
