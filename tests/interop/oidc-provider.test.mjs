// oidc-provider, as it is installed.
import { runAt } from './harness/run.mjs'
import { oidcProvider } from './providers/oidc-provider.mjs'

runAt(oidcProvider)
