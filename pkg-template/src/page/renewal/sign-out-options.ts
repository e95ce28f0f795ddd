import { OidcError } from '../../shared/error.js'
import { optionsText } from '../sign-in.js'
import type { SignOutOptionsText } from '../../generated/flows.js'
import type { SignOutOptions } from '../types.js'

/** Parameters of the logout request that are Countersign's. */
const OWN_PARAMETERS = ['client_id', 'id_token_hint', 'post_logout_redirect_uri', 'state']

/** The JSON text of the options of `signOut` for the core. Throws before anything is forgotten. */
export function signOutText(options: SignOutOptions): SignOutOptionsText {
  const text = optionsText<SignOutOptionsText>(options, 'extra idTokenHint local')
  // The core reads the text: an option that is inherited counts for nothing.
  const { extra = {}, ...flags } = Object.assign(Object.create(null), JSON.parse(text))
  const ours = Object.keys(Object(extra)).find((name) => OWN_PARAMETERS.includes(name))
  if (ours) throw new OidcError('OIDC_EXTRA_FORBIDDEN', ours)
  const isTexts = Object(extra) === extra && Object.values(extra).every((value) => typeof value === 'string')
  const wrong = isTexts ? Object.keys(flags).find((name) => typeof flags[name] !== 'boolean') : 'extra'
  if (wrong) throw new OidcError('OIDC_SIGNIN_OPTION_INVALID', wrong)
  return text
}
