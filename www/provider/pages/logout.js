// The pages for signing out at the provider.
import { html, trusted } from './html.js'
import { page } from './layout.js'

/** Asks whether to sign out here too. `form` is made by oidc-provider and has its CSRF token. */
export function logoutPage(ctx, form) {
  ctx.body = page(
    'Sign out',
    html`<h1>Sign out here too?</h1>
    <p>You are signed out of the app. You are still signed in at this provider.</p>
    ${trusted(form)}
    <div class="buttons">
      <button type="submit" form="op.logoutForm" name="logout" value="yes" class="main" autofocus>
        Yes, sign me out</button>
      <button type="submit" form="op.logoutForm">No, stay signed in</button>
    </div>`,
  )
}

/** The page after a sign-out that has no app to return to. */
export function signedOutPage(ctx) {
  ctx.body = page('Signed out', html`<h1>Signed out</h1><p>You may close this page.</p>`)
}
