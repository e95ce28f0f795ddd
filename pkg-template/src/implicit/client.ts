/**
 * `createImplicitClient` without modules: each entry of `countersign/implicit` adds its own. The core writes the request and
 * checks the response (`src/proto/systems/implicit`); a verifier verifies the ID token.
 */

import { readClaims } from '../client/claims.js'
import type { Send } from '../core/effects.js'
import type { ModuleSource } from '../core/load.js'
import { makeSignatureChecks } from '../edge/signatures.js'
import type { Expected, Verifier, VerifierConfig } from '../edge/types.js'
import { makeVerifier } from '../edge/verifier.js'
import { pageCodes } from '../generated/codes/page.js'
import { navigate, pageUrl, replaceUrl, waitForReturn } from '../host/browser/navigation.js'
import { send } from '../host/http.js'
import { randomId } from '../host/server/seal.js'
import { abortable } from '../shared/abort.js'
import { attempt } from '../shared/attempt.js'
import { ownMembers } from '../shared/bare.js'
import { OidcError, registerCodes } from '../shared/error.js'
import { callLog } from '../shared/log.js'
import { invalidSetting, readSettings, resolveUrl, type SettingsTable } from '../shared/settings.js'
import type { User } from '../shared/types.js'
import { makeDecide } from '../systems/decide.js'
import type { ImplicitClient, ImplicitConfig } from './types.js'

registerCodes(pageCodes)

const SETTINGS: SettingsTable = {
  text: 'issuer clientId! redirectUri! postLogoutRedirectUri scope idTokenSignedResponseAlg discoveryUrl',
  texts: 'algorithms trustedAudiences tenants issuerAliases',
  bool: 'allowImplicit! allowLoopbackIssuer',
  number: 'maxAge maxTokenAge clockTolerance',
  object: 'provider extra requiredClaims metadataOverlay',
  function: 'fetch log',
}

const METADATA_REQUEST = {
  id: 0, kind: 'send', method: 'GET', headers: [['accept', 'application/json']], maxBytes: 256 * 1024, timeoutMs: 10_000, bypassCache: false,
} satisfies Partial<Send>

const WARNING =
  'The implicit flow is deprecated: the ID token is in the address, and there is no access token. Use the authorization ' +
  'code flow (createClient of countersign) if the provider allows it.'

/** The answer of the core about the settings. */
interface CoreSettings {
  readonly tag: string
  readonly discovery: string
  readonly verifier: VerifierConfig
}

/** An ID token that was accepted once, and what it must have. */
interface Kept {
  readonly idToken: string
  readonly expected: Expected
}

/** Makes the exports of an entry. */
export function makeImplicit(edge: ModuleSource, systems: ModuleSource) {
  const signatures = makeSignatureChecks(edge)
  const decide = makeDecide(systems)

  /**
   * Makes a client for a registration that has the implicit flow alone. It does no I/O, and loads nothing before the first
   * verb. Throws `OIDC_CONFIG_INVALID` with the name of the setting in `at` if a setting has the wrong type.
   */
  const createImplicitClient = (config: ImplicitConfig): ImplicitClient => {
    const { fetch, log = console.warn, ...plain } = readSettings(config, SETTINGS)
    let user: User | null = null
    let opened: Promise<{ core: CoreSettings; verifier: Verifier; settings: object }> | undefined
    let started: Promise<User | null> | undefined

    async function open() {
      const settings = { ...plain, ...absolute('redirectUri'), ...absolute('postLogoutRedirectUri') }
      const core = await decide<CoreSettings>('implicit-settings', { settings })
      void callLog(log, WARNING)
      const verifier = makeVerifier(signatures, {}, { ...core.verifier, ...(fetch && { fetch }) })
      return { core, verifier, settings }
    }
    const whenOpen = () => (opened ??= open())

    function absolute(name: 'redirectUri' | 'postLogoutRedirectUri'): object {
      const given = plain[name]
      if (given === undefined) return {}
      const url = resolveUrl(given, pageUrl())
      if (!url) throw invalidSetting(name, 'no address')
      return { [name]: url }
    }

    async function metadata(signal?: AbortSignal): Promise<string> {
      const { core } = await whenOpen()
      const [kind, , body, status] = await send(
        fetch ?? globalThis.fetch.bind(globalThis), { ...METADATA_REQUEST, url: core.discovery } as Send, signal)
      if (kind !== 'response') throw new OidcError('OIDC_PROVIDER_UNAVAILABLE', 'metadata')
      if (status !== 200) throw new OidcError('OIDC_RESPONSE_STATUS', 'metadata')
      return new TextDecoder().decode(body)
    }

    const sessionKey = async () => `countersign:implicit:${(await whenOpen()).core.tag}`

    /** Reads the user of a token. The verifier checks everything again after a reload, and refuses an old token. */
    async function userOf({ idToken, expected }: Kept): Promise<User> {
      const { verifier } = await whenOpen()
      return readClaims(JSON.stringify(await verifier.verify(idToken, expected))) as User
    }

    async function takeResponse(settings: object, url: string, state: string): Promise<User> {
      const key = `countersign:implicit:${state}`
      const pending = attempt(() => sessionStorage.getItem(key)) ?? ''
      // The request is answered once.
      attempt(() => sessionStorage.removeItem(key))
      const question = { settings, url, pending, now: Math.floor(Date.now() / 1000) }
      const { returnTo, ...kept } = await decide<Kept & { returnTo: string }>('implicit-response', question)
      const found = await userOf(kept)
      // A reload compares the nonce alone: the age and the strength were those of the sign-in.
      const { nonce } = kept.expected
      const session = JSON.stringify({ idToken: kept.idToken, expected: { nonce } })
      const name = await sessionKey()
      attempt(() => sessionStorage.setItem(name, session))
      replaceUrl(new URL(returnTo, pageUrl()).href)
      return found
    }

    async function restore(): Promise<User | null> {
      const name = await sessionKey()
      const text = attempt(() => sessionStorage.getItem(name))
      const kept = text ? attempt(() => JSON.parse(text) as Kept) : undefined
      if (!kept) return null
      try {
        return await userOf(kept)
      } catch (error) {
        // Without the keys nothing is known about the token. Otherwise it has ended.
        if ((error as OidcError).blame === 'Host') throw error
        attempt(() => sessionStorage.removeItem(name))
        return null
      }
    }

    async function lookUp(): Promise<User | null> {
      const { settings } = await whenOpen()
      const url = pageUrl()
      const found = await decide<{ state?: string; url?: string }>('implicit-find', { settings, url })
      // The token leaves the address before anything else of the page can read it.
      if (found.url) replaceUrl(found.url)
      return (user = found.state ? await takeResponse(settings, url, found.state) : await restore())
    }

    return {
      get user() {
        return user
      },
      start(options) {
        started ??= lookUp().finally(() => (started = undefined))
        return abortable(ownMembers(options).signal, started)
      },
      async signIn(options) {
        const { signal, ...asked } = ownMembers(options)
        const { settings } = await whenOpen()
        const question = {
          settings, options: asked, metadata: await metadata(signal), state: randomId(), nonce: randomId(), pageUrl: pageUrl(), now: Math.floor(Date.now() / 1000),
        }
        const away = await decide<{ url: string; state: string; pending: string }>('implicit-request', question)
        const isKept = attempt(() => (sessionStorage.setItem(`countersign:implicit:${away.state}`, away.pending), true))
        if (!isKept) throw new OidcError('OIDC_STORAGE_UNAVAILABLE', 'store')
        signal?.throwIfAborted()
        const returned = waitForReturn(signal ?? new AbortController().signal)
        navigate(away.url)
        await returned
        throw new OidcError('OIDC_SIGNIN_ABANDONED')
      },
      async signOut(options) {
        const { signal } = ownMembers(options)
        const { settings } = await whenOpen()
        const name = await sessionKey()
        const kept = attempt(() => JSON.parse(sessionStorage.getItem(name) ?? '') as Kept)
        attempt(() => sessionStorage.removeItem(name))
        user = null
        const question = { settings, metadata: await metadata(signal), idToken: kept?.idToken ?? '' }
        const { url } = await decide<{ url?: string }>('implicit-sign-out', question)
        if (url) navigate(url)
      },
      async getAccessToken() {
        throw new OidcError('OIDC_ACCESS_TOKEN_NOT_REQUESTED')
      },
    }
  }
  return { createImplicitClient }
}
