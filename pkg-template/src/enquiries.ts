/** How a verifier gives its topics what they need to ask the issuer. */

import type { Enquiries, Topic } from './enquiry-types.js'
import { OidcError } from './error.js'
import type { State } from './verifier-state.js'
import type { VerifierConfig } from './verifier-types.js'

/** The verbs of a topic. `verify` gives the claims of a signed answer. */
export function enquiriesOf(
  state: State,
  topic: Topic,
  verify: (jwt: string) => Promise<object>,
): Enquiries {
  const given = state.settings[topic]
  if (!given) throw new OidcError('OIDC_CONFIG_INVALID', topic)
  return given.open({
    text: state.text,
    fetch: state.settings.fetch ?? globalThis.fetch.bind(globalThis),
    answers: (state.answers[topic] ??= { endpoint: '', kept: new Map() }),
    now: state.now,
    verify,
  })
}

/** The settings of the verifier of a topic's signed answers, which trusts the same keys. */
export function innerSettings(
  { settings }: State,
  topic: Topic,
  own: VerifierConfig['log'],
): VerifierConfig {
  const { cors, replay, decryptionKeys, profile, log, ...more } = settings
  const { introspection, userinfo, resourceMetadata, ...rest } = more
  const audience = settings[topic]?.settings.clientId ?? ''
  return { ...rest, ...(own && { log: own }), kind: topic as never, audience }
}
