// The other providers, each at its emulator.
import { systems } from '../../www/emulators/data/index.js'
import { testSystems } from './engine/suite.mjs'

const NAMED = ['entra', 'entra-external-id', 'azure-ad-b2c', 'adfs', 'auth0', 'google', 'okta', 'salesforce', 'forgerock', 'entrust']
testSystems('others', systems.filter(({ preset }) => !NAMED.includes(preset)))
