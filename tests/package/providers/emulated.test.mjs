// A few systems at their emulators. `cargo xtask test providers` runs all of them.
import { systems } from '../../../www/emulators/data/index.js'
import { testSystems } from '../../providers/engine/suite.mjs'

const chosen = {
  'Entra ID, many tenants': ['signIn', 'edge'],
  'AD FS': ['edge'],
  Google: ['signIn', 'renewal'],
  'Okta, a custom authorization server': ['renewal', 'signOut'],
  'Amazon Cognito': ['signOut', 'edge'],
  Apple: ['signIn'],
  Keycloak: ['negative'],
}

for (const [title, columns] of Object.entries(chosen)) testSystems(undefined, systems.filter((system) => system.title === title), columns)
