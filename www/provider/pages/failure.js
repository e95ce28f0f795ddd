// The page for an error that cannot be sent to the app.
import { html } from './html.js'
import { page } from './layout.js'

/** Shows an error. `out` has `error` and usually `error_description`. */
export function failurePage(ctx, out) {
  ctx.type = 'html'
  ctx.body = page(
    'Something is wrong',
    html`<h1>Something is wrong</h1>
    <p>${out.error_description ?? 'Go back to the app and sign in again.'}</p>
    <p class="note"><code>${out.error}</code></p>`,
  )
}
