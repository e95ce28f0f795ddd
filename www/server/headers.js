// Security headers for an app. The policy is as strict as possible: no inline script or style, no
// eval, no string as markup. It allows WebAssembly, which Countersign needs.

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
 * The headers of the page at `frontchannel_logout_uri`: only the provider may show it in a frame, and
 * each sign-out must load it again.
 */
export function frontchannelHeaders(issuer, api) {
  const policy = contentSecurityPolicy(issuer, api)
  const framed = `frame-ancestors ${new URL(issuer).origin}`
  return {
    'Content-Security-Policy': policy.replace("frame-ancestors 'none'", framed),
    'Cache-Control': 'no-store',
  }
}

/** The headers of the page Systems: its frames are apps of this origin, which go to emulated providers. */
export function systemsHeaders(systems) {
  const policy = contentSecurityPolicy(systems, systems)
  return { 'Content-Security-Policy': `${policy}; frame-src 'self' ${systems}` }
}

/** The headers of the apps in those frames. */
export function frameHeaders(systems) {
  const policy = contentSecurityPolicy(systems, systems)
  return {
    'Content-Security-Policy': policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
    'Cache-Control': 'no-store',
  }
}

/** The security headers of every response of the app. */
export function securityHeaders(issuer, api) {
  return {
    'Content-Security-Policy': contentSecurityPolicy(issuer, api),
    // The address of a callback has the code in it. No other site may see it.
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  }
}
