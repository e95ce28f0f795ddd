// All emulated systems, the named ones first.
import { readdirSync } from 'node:fs'

const FIRST = [
  'entra', 'entra-external-id', 'azure-ad-b2c', 'adfs', 'auth0', 'google', 'okta', 'salesforce', 'forgerock', 'entrust',
  'keycloak', 'cognito', 'apple', 'gitlab', 'linkedin', 'paypal',
]
const here = new URL('.', import.meta.url)
const files = readdirSync(here).map((file) => file.replace('.js', '')).filter((name) => !['index', 'made'].includes(name))
const place = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)
const modules = files.sort((one, other) => place(one) - place(other) || one.localeCompare(other))

/** The systems, in the order of the table. */
export const systems = (await Promise.all(modules.map(async (name) => (await import(`./${name}.js`)).default))).flat()
