// The frame around every page of the provider.
import { html } from './html.js'

/** A whole page: its title, and what stands in the card. */
export function page(title, body) {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · Local provider</title>
  <link rel="icon" href="/ring.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/style.css">
</head>
<body>
  <header><img src="/ring.svg" alt="" width="22" height="22"> Local provider</header>
  <main>
    ${body}
  </main>
  <footer>For development, on this machine. It believes everybody.</footer>
</body>
</html>
`.toString()
}
