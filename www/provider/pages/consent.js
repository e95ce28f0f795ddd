// May the app know?
import { html } from './html.js'
import { page } from './layout.js'

const MEANING = {
  openid: 'that you are you, under an identifier',
  profile: 'your name and login',
  email: 'your e-mail address',
  'me:read': 'what the API knows of you',
}

/** Names what the app asks for, and takes a yes or a no. */
export function consentPage({ uid, app, login, asked }) {
  const { missingOIDCScope = [], missingResourceScopes = {} } = asked.prompt.details
  const scopes = [...missingOIDCScope, ...Object.values(missingResourceScopes).flat()]
  return page(
    'Allow access',
    html`<h1>Allow access?</h1>
    <p><strong>${app}</strong> asks to know, about <strong>${login}</strong>:</p>
    <ul>${scopes.map((scope) => html`<li>${MEANING[scope] ?? scope}</li>`)}</ul>
    <form method="post" action="/interaction/${uid}">
      <div class="buttons">
        <button type="submit" class="main" autofocus>Allow</button>
        <button type="submit" formaction="/interaction/${uid}/deny">Deny</button>
      </div>
    </form>`,
  )
}
