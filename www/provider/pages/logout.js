// Signing out at the provider, too.
import { html, trusted } from './html.js'
import { page } from './layout.js'

/** Asks whether to sign out here; `form` is oidc-provider's own, and carries its secret. */
export function logoutPage(ctx, form) {
  ctx.body = page(
    'Sign out',
    html`<h1>Sign out here, too?</h1>
    <p>The app has forgotten you; this provider has not, yet.</p>
    ${trusted(form)}
    <div class="buttons">
      <button type="submit" form="op.logoutForm" name="logout" value="yes" class="main" autofocus>
        Yes, sign me out</button>
      <button type="submit" form="op.logoutForm">No, stay signed in</button>
    </div>`,
  )
}

/** Where people land who signed out without an app to return to. */
export function signedOutPage(ctx) {
  ctx.body = page('Signed out', html`<h1>Signed out</h1><p>You may close this page.</p>`)
}
