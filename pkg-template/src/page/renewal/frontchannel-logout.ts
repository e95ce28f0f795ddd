/** `frontchannelLogout`: a sign-out that began at the provider. */

import type { Context } from '../context.js'
import { pageUrl } from '../../host/browser/navigation.js'
import type { Start } from '../start.js'
import type { Waiting } from '../types.js'

/** Makes `frontchannelLogout`. */
export function makeFrontchannelLogout(
  { run, state, verb }: Context,
  { ready }: Start,
): (options?: Waiting) => Promise<boolean> {
  return (options) =>
    verb(options?.signal, async (stop) => {
      const about = pageUrl()
      await ready().catch(() => {})
      const end = await run('frontchannel', '', stop, { about })
      if (end.was !== 'signedOut') return false
      state.forget()
      return true
    })
}
