// The headers a careful app sends. The policy is as strict as it can be: no inline script or
// style, no eval, no string ever becomes markup; WebAssembly, which Countersign needs, is allowed.

/** The Content-Security-Policy of an app that signs in at `issuer` and calls `api`. */
export function contentSecurityPolicy(issuer, api) {
  return [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    `connect-src 'self' ${new URL(issuer).origin} ${new URL(api).origin}`,
    "style-src 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "base-uri 'none'",
    "object-src 'none'",
  ].join('; ')
}

/**
 * What the page at `frontchannel_logout_uri` says instead: the provider alone may show it in a frame,
 * and each sign-out loads it anew.
 */
export function frontchannelHeaders(issuer, api) {
  const policy = contentSecurityPolicy(issuer, api)
  const framed = `frame-ancestors ${new URL(issuer).origin}`
  return {
    'Content-Security-Policy': policy.replace("frame-ancestors 'none'", framed),
    'Cache-Control': 'no-store',
  }
}

/** All headers of every answer of the app. */
export function securityHeaders(issuer, api) {
  return {
    'Content-Security-Policy': contentSecurityPolicy(issuer, api),
    // The address of a callback carries the code: it goes to nobody else.
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  }
}
