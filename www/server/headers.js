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

/** All headers of every answer of the app. */
export function securityHeaders(issuer, api) {
  return {
    'Content-Security-Policy': contentSecurityPolicy(issuer, api),
    // The address of a callback carries the code: it goes to nobody else.
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  }
}
