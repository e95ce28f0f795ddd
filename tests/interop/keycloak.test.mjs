// Keycloak, as it is installed.
import { runAt } from './harness/run.mjs'
import { keycloak } from './providers/keycloak.mjs'

runAt(keycloak)
