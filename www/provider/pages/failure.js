// A request the provider cannot answer, and cannot send back to the app either.
import { html } from './html.js'
import { page } from './layout.js'

/** Shows what is wrong; `out` has `error` and, mostly, `error_description`. */
export function failurePage(ctx, out) {
  ctx.type = 'html'
  ctx.body = page(
    'Something is wrong',
    html`<h1>Something is wrong</h1>
    <p>${out.error_description ?? 'Go back to the app and sign in from there.'}</p>
    <p class="note"><code>${out.error}</code></p>`,
  )
}
