// The row of ConnectWise Home: a relying party of Entrust IDaaS that knows a client id, a secret and the issuer, and no preset.
import { clientId, clientSecret } from '../../emulators/engine/emulator.js'
import { entrust } from '../providers.js'
import { faultOf } from '../frame.js'
import { apisOf, openApp, refusalStep, signInStep, signOutStep, userInfoStep } from './sessions.js'

/** Runs the row. */
export async function runConnectwise({ run, step }) {
  const emulator = await run.emulate(entrust)
  const app = openApp(run, {
    issuer: emulator.issuer,
    clientId,
    clientSecret,
    // Entrust IDaaS takes the client id at its logout, and no hint.
    logout: { idTokenHint: 'never' },
    ...apisOf(emulator),
  })
  await signInStep(step, app, 'Sign in')
  await userInfoStep(step, app, emulator)
  await signOutStep(step, app, emulator)
  await refusalStep(step, app, emulator, faultOf({ system: entrust }))
}
