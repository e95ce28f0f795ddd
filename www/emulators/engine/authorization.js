// The rules of a provider's authorization endpoint.

/** The refusal of an authorization request: an error for the app, or a page for the user. */
export function authorizationFault({ authorize = {}, serves }, params) {
  const { requires = {}, refuses = {}, refusesScopes = {}, promptNone, formPostScopes = [] } = authorize
  const scopes = (params.get('scope') ?? '').split(' ')
  if (params.get('code_challenge_method') !== 'S256' && authorize.pkce !== 'none' && serves === 'page') {
    return { error: 'invalid_request', error_description: 'code_challenge is missing' }
  }
  for (const [name, form] of Object.entries(requires)) {
    if (!form.test(params.get(name) ?? '')) return { error: 'invalid_request', error_description: `${name} is missing or has another form` }
  }
  for (const [name, problem] of Object.entries(refuses)) {
    const isRefused = params.has(name) && (problem.unless === undefined || !problem.unless.test(params.get(name)))
    if (isRefused) return { error: problem.error ?? 'invalid_request', error_description: problem.text ?? name }
  }
  for (const scope of scopes) {
    if (refusesScopes[scope]) return { error: refusesScopes[scope], error_description: `The scope ${scope} is refused` }
  }
  if (formPostScopes.some((scope) => scopes.includes(scope)) && params.get('response_mode') !== 'form_post') {
    return { error: 'invalid_request', error_description: 'response_mode must be form_post' }
  }
  const isSilent = params.get('prompt') === 'none'
  if (isSilent && promptNone === 'page') return { page: '<h1>Sign in</h1>', status: 200 }
  return undefined
}

/** The address of the app with an answer. */
export function returnAddress(params, answer) {
  const url = new URL(params.get('redirect_uri'))
  for (const [name, value] of Object.entries(answer)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, value)
  }
  return url.href
}

/** The page that posts an answer to the app (OAuth 2.0 Form Post Response Mode). */
export function returnForm(action, answer) {
  const fields = Object.entries(answer).filter(([, value]) => value !== null && value !== undefined)
  const inputs = fields.map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`)
  return `<form method="post" action="${escape(action)}">${inputs.join('')}</form>`
}

const escape = (text) => String(text).replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter])
