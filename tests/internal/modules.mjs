// The files of the built package that tests import although no entry exports them. A file that moves
// is one line here.
import { folder } from '../package/support/package.mjs'

/** Paths in the package, by the names that tests use. */
const MODULES = {
  'bounded-map': 'shared/bounded-map.js',
  broadcast: 'host/browser/broadcast.js',
  claims: 'client/claims.js',
  config: 'page/config.js',
  locks: 'host/browser/locks.js',
  'page-glue': 'core/wasm/page-glue.js',
  'remote-flow': 'vault/worker/remote-flow.js',
  'renewed-sessions': 'sessions/renewed-sessions.js',
  'sealed-store': 'host/browser/sealed-store.js',
  soft: 'soft/soft.js',
  subtle: 'host/crypto/subtle.js',
  'tab-identity': 'host/browser/tab-identity.js',
  'ttl-map': 'shared/ttl-map.js',
}

/** The address of an internal module of the built package. */
export const addressOfInternal = (name) => new URL(MODULES[name], folder).href

/** Imports an internal module of the built package. */
export const loadInternal = (name) => import(addressOfInternal(name))

/** Aliases for a bundler: `internal:locks` is that module of the package in `from`. */
export const internalAliases = (from) =>
  Object.fromEntries(Object.entries(MODULES).map(([name, path]) => [`internal:${name}`, `${from}/${path}`]))
