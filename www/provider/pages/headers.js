// The headers of the provider's own pages.

/** A koa middleware that sets security headers on every response. */
export function pageHeaders(appOrigin) {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    // One page of oidc-provider submits its form by script; it adds the hash of the script here.
    "script-src 'self'",
    // The policy also applies to redirects after a form is sent; the last one goes to the app.
    `form-action 'self' ${appOrigin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  return (ctx, next) => {
    ctx.set('Content-Security-Policy', policy)
    ctx.set('Referrer-Policy', 'no-referrer')
    ctx.set('X-Content-Type-Options', 'nosniff')
    return next()
  }
}
