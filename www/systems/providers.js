// The emulated systems by their titles, and those that an app on a server signs in at.
import { systems } from '../emulators/data/index.js'

/** The system with this title. */
export function systemOf(title) {
  const found = systems.find((system) => system.title === title)
  if (!found) throw new Error(`There is no system ${title}`)
  return found
}

/** A system as a server's app sees it: with a secret. */
const onServer = (system, more) => {
  const { spa: _, ...token } = system.token ?? {}
  return { ...system, serves: 'sessions', token: { ...token, auth: 'client_secret_basic' }, ...more }
}

/** Okta as the provider of the ServiceNow gate. */
export const okta = onServer(systemOf('Okta, a custom authorization server'))

const plainAuth0 = systemOf('Auth0')

/** Auth0 as the provider of Aisera and Cognigy: without an organization, with verified addresses. */
export const auth0 = onServer(plainAuth0, {
  options: { domain: plainAuth0.options.domain },
  idToken: { ...plainAuth0.idToken, add: { ...plainAuth0.idToken.add, email_verified: true } },
})

/** Entrust IDaaS as the provider of an app on a server. */
export const entrust = onServer(systemOf('Entrust IDaaS'))
