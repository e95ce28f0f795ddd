/** Cognigy.AI: asks the core, and adds what cannot cross its border. */

import { invalidSetting, isObject } from '../shared/settings.js'
import { ownMembers } from '../shared/bare.js'
import type { Decide } from '../systems/decide.js'
import type { Cognigy, CognigySettings } from './types.js'

/** Makes the functions. */
export const makeCognigy = (decide: Decide): Cognigy => ({
  async fromCognigy(config, options) {
    const { clientKey, ...rest } = ownMembers(options)
    if (clientKey !== undefined && !isObject(clientKey)) throw invalidSetting('clientKey', 'wrong type, not an object')
    const input = isObject(config) ? { config } : { text: config }
    const settings = await decide<CognigySettings>('cognigy-import', { ...input, hasKey: !!clientKey, options: rest })
    return !settings.authMethod && clientKey ? { ...settings, clientKey } : settings
  },
  toCognigy(settings, api) {
    const { issuer, clientId, clientSecret, authMethod, idTokenSignedResponseAlg, clientKey } = ownMembers(settings)
    const known = { issuer, clientId, clientSecret, authMethod, idTokenSignedResponseAlg }
    return decide('cognigy-export', { ...known, api, hasKey: !!clientKey })
  },
  repairCognigy: (text) => decide('cognigy-repair', { text }),
  cognigyUser: (claims, rules) => decide('cognigy-user', { ...ownMembers(rules), claims }),
})
