/** A sign-in that failed: its error, and the address that the next one returns to. */

import type { ClientState } from '../client-state.js'
import type { Context } from '../context.js'
import type { Host } from '../../core/drive.js'
import type { End } from '../../core/page.js'
import type { PageUrl } from '../../generated/flows.js'
import { pageUrl } from '../../host/browser/navigation.js'
import { help } from './help.js'

/** The address of the page when its last sign-in failed. */
const failedAt = new WeakMap<ClientState, PageUrl>()

/** The address that a sign-in returns to: this page, or after a failure the address that was to be returned to. */
export function returnTo(state: ClientState): PageUrl {
  const here = pageUrl()
  return ((failedAt.get(state) === here && state.error?.returnTo) || here) as PageUrl
}

/** Observes a flow. Returns the function that reads its end: it returns the detail of a failure. */
export function observe(context: Context, host: Host): (end: End) => string | undefined {
  const readEnd = help?.observe(context, host)
  return (end) => {
    if (end.kind === 'error' && end.returnTo) failedAt.set(context.state, pageUrl())
    return readEnd?.(end)
  }
}
