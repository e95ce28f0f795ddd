import { OidcError } from '../../shared/error.js'
import { optionsText } from '../sign-in.js'
import type { SignOutOptionsText } from '../../generated/flows.js'
import type { SignOutOptions } from '../types.js'

/** Parameters of the logout request that are Countersign's. */
const OWN_PARAMETERS = ['client_id', 'id_token_hint', 'post_logout_redirect_uri', 'state']

const isBoolean = (value: unknown) => value === undefined || typeof value === 'boolean'

/** The JSON text of the options of `signOut` for the core. Throws before anything is forgotten. */
export function signOutText(options: SignOutOptions): SignOutOptionsText {
  const text = optionsText<SignOutOptionsText>(options, ['extra', 'idTokenHint', 'local'])
  // The core reads the text: an option that is inherited counts for nothing.
  const { extra = {}, local, idTokenHint } = Object.assign(Object.create(null), JSON.parse(text)) as SignOutOptions
  const refuse = (name: string) => {
    throw new OidcError('OIDC_SIGNIN_OPTION_INVALID', name)
  }
  if (!isBoolean(local)) refuse('local')
  if (!isBoolean(idTokenHint)) refuse('idTokenHint')
  if (typeof extra !== 'object' || !extra) refuse('extra')
  for (const [name, value] of Object.entries(extra)) {
    if (OWN_PARAMETERS.includes(name)) throw new OidcError('OIDC_EXTRA_FORBIDDEN', name)
    if (typeof value !== 'string') refuse('extra')
  }
  return text
}
