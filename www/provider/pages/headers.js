// The headers of the provider's own pages.

/** A koa middleware that sets them on every answer; data is not troubled by them. */
export function pageHeaders(appOrigin) {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    // One page of oidc-provider submits itself; it adds the hash of its script here.
    "script-src 'self'",
    // Browsers follow a posted form through its redirects: the last one leads back to the app.
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
