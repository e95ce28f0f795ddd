// The page that asks whether the app may have access.
import { html } from './html.js'
import { page } from './layout.js'

const MEANING = {
  openid: 'an identifier of your account',
  profile: 'your name and login',
  email: 'your e-mail address',
  'me:read': 'your data in the API',
}

/** Lists the scopes that the app asks for. The user allows or denies all of them. */
export function consentPage({ uid, app, login, details }) {
  const { missingOIDCScope = [], missingResourceScopes = {} } = details.prompt.details
  const scopes = [...missingOIDCScope, ...Object.values(missingResourceScopes).flat()]
  return page(
    'Allow access',
    html`<h1>Allow access?</h1>
    <p><strong>${app}</strong> asks for access to these data of <strong>${login}</strong>:</p>
    <ul>${scopes.map((scope) => html`<li>${MEANING[scope] ?? scope}</li>`)}</ul>
    <form method="post" action="/interaction/${uid}">
      <div class="buttons">
        <button type="submit" class="main" autofocus>Allow</button>
        <button type="submit" formaction="/interaction/${uid}/deny">Deny</button>
      </div>
    </form>`,
  )
}
