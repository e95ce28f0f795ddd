/** The responses: two documents, a form that posts itself to Entra, and a page for an error. */

import { escapeHtml } from '../shared/html.js'
import type { OidcError } from '../shared/error.js'
import { encodeUtf8 } from '../host/crypto/subtle.js'

const DOCUMENT_SECONDS = 3600
const SCRIPT = 'document.forms[0].submit()'
/** The hash of the script, so that the policy allows it and nothing else. */
const SCRIPT_HASH = 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='

/**
 * The policy of the form. It has no `form-action`: browsers apply that to the redirects after the form too, and Entra
 * redirects to the app of the user, whose address may be anything.
 */
const FORM_POLICY = `default-src 'none'; script-src '${SCRIPT_HASH}'; base-uri 'none'; frame-ancestors 'none'`

const PRIVATE = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' }

/**
 * A JSON document. Entra wants its length in a header, so no proxy may compress it (`no-transform`): a compressed body is
 * sent in chunks.
 */
export function documentResponse(request: Request, text: string): Response {
  const body = encodeUtf8(text)
  return new Response(request.method === 'HEAD' ? null : body, {
    headers: {
      'content-type': 'application/json',
      'content-length': String(body.length),
      'cache-control': `public, max-age=${DOCUMENT_SECONDS}, no-transform`,
      'x-content-type-options': 'nosniff',
    },
  })
}

/** A page that posts these fields. */
export function formResponse(action: string, fields: Readonly<Record<string, string>>): Response {
  const inputs = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n')
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign-in</title>
<form method="post" action="${escapeHtml(action)}">
${inputs}
<noscript><p>Your sign-in continues at Microsoft.</p><button>Continue</button></noscript>
</form>
<script>${SCRIPT}</script>
</html>
`
  const headers = { ...PRIVATE, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': FORM_POLICY }
  return new Response(body, { headers })
}

/** The page for an error that Entra does not learn. */
export function errorResponse({ code, at }: OidcError, isTemporary: boolean): Response {
  const text = isTemporary
    ? 'The sign-in service does not answer now. Please try again in a moment.'
    : 'The sign-in did not work. Please start it again in the app where you came from.'
  const headers = {
    ...PRIVATE,
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ...(isTemporary && { 'retry-after': '5' }),
  }
  return new Response(`${code}${at && ` (${at})`}\n\n${text}\n`, { status: isTemporary ? 503 : 400, headers })
}

/** The response to a method that an address does not have. */
export const methodNotAllowed = (allow: string): Response =>
  new Response(null, { status: 405, headers: { allow, 'cache-control': 'no-store' } })

/** A copy of a response with a cookie, which no cache may keep. */
export function withCookie(response: Response, cookie: string): Response {
  const copy = new Response(response.body, response)
  copy.headers.append('set-cookie', cookie)
  copy.headers.set('cache-control', 'private, no-store')
  return copy
}
