// The accounts of the provider. Any login is accepted; the claims are made from it.
import { createHash } from 'node:crypto'

/** Makes an empty list of accounts, by `sub`. */
export function makeAccounts() {
  const logins = new Map()
  return {
    /** Adds an account and returns its `sub`. */
    add(login) {
      const sub = subject(login)
      logins.set(sub, login)
      return sub
    },
    /** The login that the user typed. */
    login: (sub) => logins.get(sub) ?? sub,
    /** The account of a `sub`, in the form that oidc-provider expects. */
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
