/** A verifier of settings that an app gives: what it may not write is refused first. */

import { made } from '../shared/env-config.js'
import type { Desk } from './signatures.js'
import { OidcError } from '../shared/error.js'
import { makeVerifier, type Platform } from './verifier.js'
import type { GivenConfig, Verifier, VerifierConfig } from './types.js'

/** Kinds that only Countersign asks for: what they say is judged by whoever asked the issuer. */
const PRIVATE: unknown[] = ['introspection', 'userinfo']

/** As `makeVerifier`. Throws `OIDC_CONFIG_INVALID` for a kind that is not an app's to ask for. */
export function makeGiven(desk: Desk, platform: Platform, given: GivenConfig): Verifier {
  const checked =
    typeof given === 'function' ? (env: unknown) => check(made<VerifierConfig>(given, env)) : check(given)
  return makeVerifier(desk, platform, checked)
}

function check(config: VerifierConfig): VerifierConfig {
  if (PRIVATE.includes(config?.kind)) throw new OidcError('OIDC_CONFIG_INVALID', 'kind')
  return config
}
