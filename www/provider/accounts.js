// Who signs in here: anybody. The claims are made up from the login.
import { createHash } from 'node:crypto'

/** The people seen since the start, by `sub`. */
export function makeAccounts() {
  const logins = new Map()
  return {
    /** Notes a login and returns its `sub`. */
    admit(login) {
      const sub = subject(login)
      logins.set(sub, login)
      return sub
    },
    /** What a person typed. */
    login: (sub) => logins.get(sub) ?? sub,
    /** What oidc-provider asks for: a person with claims. */
    find(sub) {
      return { accountId: sub, claims: () => claims(sub, this.login(sub)) }
    },
  }
}

// OpenID Connect Core 2: `sub` has at most 255 ASCII characters; a login may be anything.
function subject(login) {
  if (/^[\x21-\x7e]{1,255}$/.test(login)) return login
  return createHash('sha256').update(login).digest('base64url')
}

function claims(sub, login) {
  const name = login.split('@')[0]
  return {
    sub,
    name: name.charAt(0).toUpperCase() + name.slice(1),
    preferred_username: login,
    email: login.includes('@') ? login : `${encodeURIComponent(login)}@example.com`,
    email_verified: false,
    locale: 'en',
  }
}
