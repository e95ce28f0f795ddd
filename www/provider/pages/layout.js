// The layout of every page of the provider.
import { html } from './html.js'

/** Makes a whole page from its title and the content of the card. */
export function page(title, body) {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · Local provider</title>
  <link rel="icon" href="/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/style.css">
</head>
<body>
  <header><img src="/icon.svg" alt="" width="22" height="22"> Local provider</header>
  <main>
    ${body}
  </main>
  <footer>For development on this machine only. It accepts any login.</footer>
</body>
</html>
`.toString()
}
