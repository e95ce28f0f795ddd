// The sign-in page.
import { html } from './html.js'
import { page } from './layout.js'

/** The sign-in form. A login that the app sends (`login_hint`) is filled in. */
export function loginPage({ uid, app, details }) {
  const hint = details.params.login_hint
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
    <p>to continue to <strong>${app}</strong></p>
    <form method="post" action="/interaction/${uid}" autocomplete="off">
      <label for="login">Login</label>
      <input id="login" name="login" type="text" required maxlength="1000" value="${hint}"
        autocapitalize="none" autocorrect="off" spellcheck="false" autocomplete="username"
        aria-describedby="any" ${hint ? '' : 'autofocus'}>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" maxlength="1000"
        autocomplete="off" aria-describedby="any" ${hint ? 'autofocus' : ''}>
      <p class="note" id="any">Any login and any password are accepted.</p>
      <div class="buttons">
        <button type="submit" class="main">Sign in</button>
        <button type="submit" formaction="/interaction/${uid}/deny" formnovalidate>Cancel</button>
      </div>
    </form>`,
  )
}
