// The emulators of the demo (www/emulators), for tests: one ends with its test, and the presets are those of the package
// under test.
import * as emulators from '../../../www/emulators/engine/emulator.js'
import { load } from '../../package/support/package.mjs'

export { apiClient, appOrigin as app, clientId, clientSecret, discoveryOf, metadataOf } from '../../../www/emulators/engine/emulator.js'

const presets = await load('./providers')

/** The preset of a system, with the options that its data has, or others. */
export const presetOf = (system, options = system.options) => presets[emulators.functionName(system.preset)](options)

/** Starts the emulator of a system until the test ends. */
export async function startEmulator(t, system) {
  const emulator = await emulators.startEmulator(system)
  t.after(() => emulator.close())
  return emulator
}
