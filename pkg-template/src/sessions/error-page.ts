/** The response to an error: for the person who sees it, with a way back to the sign-in. */

import { escapeHtml } from '../shared/html.js'
import type { OidcError } from '../shared/error.js'
import type { CheckedConfig } from './config.js'

/** The response to an error: that of the setting `onError`, or a page. */
export async function errorResponse(
  { config, loginPath: path }: CheckedConfig,
  error: OidcError,
  request: Request,
): Promise<Response> {
  const response = await config.onError?.(error, request)
  if (response) return response
  // Another sign-in returns to where the one that failed began.
  const { returnTo } = error
  const loginPath = returnTo === undefined ? path : `${path}?returnTo=${encodeURIComponent(returnTo)}`
  const isHtml = /\btext\/html\b/i.test(request.headers.get('accept') ?? '')
  const headers: Record<string, string> = {
    'content-type': `text/${isHtml ? 'html' : 'plain'}; charset=utf-8`,
    'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  }
  if (error.blame === 'Host') headers['retry-after'] = '5'
  const body = isHtml ? htmlOf(error, loginPath) : `${error.code}\n\n${textOf(error)}\nSign in: ${loginPath}\n`
  return new Response(request.method === 'HEAD' ? null : body, { status: statusOf(error), headers })
}

/** A sentence for a person who does not know the app's code. */
function textOf({ blame, code }: OidcError): string {
  if (code === 'OIDC_REQUEST_FORBIDDEN') return 'This request was not accepted. Nothing was changed.'
  return {
    User: 'You are not signed in, or your sign-in did not finish. Please sign in again.',
    Host: 'The sign-in service does not answer now. Please try again in a moment.',
  }[blame as string] ?? 'The sign-in did not work. You can try again. If that does not help, tell the people who run this app the code.'
}

function htmlOf(error: OidcError, loginPath: string): string {
  const [text, address, code] = [textOf(error), loginPath, error.code].map(escapeHtml)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign-in</title>
<h1>Sign-in</h1>
<p>${text}</p>
<p><a href="${address}">Sign in</a></p>
<p><small>${code}</small></p>
</html>
`
}

function statusOf({ code, blame }: OidcError): number {
  if (code === 'OIDC_REQUEST_FORBIDDEN') return 403
  if (blame === 'Bug') return 500
  return { User: 401, Host: 503, App: 400, Provider: 400 }[blame]
}
