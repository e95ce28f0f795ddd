// A small API that wants an access token, so that `auth.fetch` has something to ask.
//
// The provider's tokens are opaque: whoever holds one asks the provider whom it stands for.

/** Answers `GET /api/hello`. */
export async function answerApi(request, pathname, issuer) {
  if (pathname !== '/api/hello') return json(404, { error: 'not_found' })
  const { authorization } = request.headers
  if (!authorization?.startsWith('Bearer ')) return unauthorized('Bearer')
  const person = await whoIs(authorization, issuer)
  if (!person) return unauthorized('Bearer error="invalid_token"')
  return json(200, { hello: person.name ?? person.sub, at: new Date().toISOString() })
}

async function whoIs(authorization, issuer) {
  const response = await fetch(new URL('/me', issuer), { headers: { authorization } })
  return response.ok ? response.json() : undefined
}

function unauthorized(challenge) {
  return json(401, { error: 'unauthorized' }, { 'WWW-Authenticate': challenge })
}

function json(status, value, headers = {}) {
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
    body: JSON.stringify(value),
  }
}
