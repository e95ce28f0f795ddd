/** A client whose tokens are in a worker (`vault: { workerUrl }`). */

import { makeClient } from './client.js'
import { OidcError } from './error.js'
import { pageHints } from './hints/page.js'
import type { Call } from './load.js'
import { renewal } from './renewal.js'
import type { SessionState } from './session-state.js'
import type { Client, ClientConfig, VaultConfig } from './types.js'
import { makeFetch } from './vault/fetch.js'
import { linkTo, type Link } from './vault/link.js'

type Settings = Omit<ClientConfig, 'vault'>

/** What is kept in the worker, or done there: a page cannot bring its own. */
const NOT_HERE = ['store', 'backend', 'fetch'] as const

/** Makes it: the worker is its core, and sends its requests. */
export function makeVaulted<C extends object>(vault: VaultConfig, config: Settings): Client<C> {
  const workerUrl = urlOf(vault)
  for (const name of NOT_HERE) if (config[name] !== undefined) throw invalid(name)
  let current: Link | undefined
  let state: SessionState | undefined
  // With the worker went who was signed in.
  const mourn = () => state?.forget()
  const link = () => {
    current = linkTo(workerUrl)
    current.mourners.add(mourn)
    return current
  }
  const core = (name: 'begin' | 'resume', ...inputs: unknown[]) => link().ask(name, inputs)
  const settings = { ...config, fetch: makeFetch(link) }
  const client = makeClient<C>(core as Call, settings, pageHints, {
    ...renewal,
    // The worker has the key, and proves it.
    tell: (core) => core,
    proving: () => undefined,
    takeTurn(context, ...rest) {
      state = context.state
      return renewal.takeTurn(context, ...rest)
    },
  })
  const { getAccessToken, close } = client
  client.getAccessToken = async (options) => {
    const token = await getAccessToken(options)
    const accessToken = (await link().ask('reveal', [token.accessToken])) as string
    return { ...token, accessToken }
  }
  client.close = () => {
    current?.mourners.delete(mourn)
    close()
  }
  return client
}

/** The address of the worker: a text, a `URL` or a `TrustedScriptURL`. */
function urlOf(vault: VaultConfig): string | object {
  const { workerUrl, ...rest } = Object(vault) as Partial<VaultConfig>
  const isAddress = ['string', 'object'].includes(typeof workerUrl) && workerUrl
  if (!isAddress || Object.keys(rest).length) throw invalid('vault')
  return workerUrl!
}

const invalid = (name: string) => new OidcError('OIDC_CONFIG_INVALID', name)
