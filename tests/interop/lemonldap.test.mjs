// LemonLDAP::NG, as it is installed.
import { runAt } from './harness/run.mjs'
import { lemonldap } from './providers/lemonldap.mjs'

runAt(lemonldap)
