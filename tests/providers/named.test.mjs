// The named systems, each at its emulator.
import { systems } from '../../www/emulators/data/index.js'
import { isNamed } from './engine/named.mjs'
import { testSystems } from './engine/suite.mjs'

testSystems('named', systems.filter(isNamed))
