// Leaving a page for another origin, and coming back to it by the browser's history.
import { until } from './bare-page.mjs'

/** A path of the provider with a page that has no script. */
const ELSEWHERE = '/.well-known/openid-configuration'

/** Lets a page of the app send a request when it is shown again, for `goBack`. */
export const noteShown = (page) => page.evaluate(() => {
  addEventListener('pageshow', ({ persisted }) => {
    globalThis.cameBack = persisted
    navigator.sendBeacon('/page-shown')
  })
})

/** Goes from a page of the app to a page of the provider. */
export async function leave(page, servers) {
  await noteShown(page)
  await page.evaluate((url) => {
    location.href = url
  }, servers.issuer + ELSEWHERE)
  await page.waitForFunction((issuer) => location.href.startsWith(issuer), {}, servers.issuer)
}

/** Goes back to a page of the app, which was left after `noteShown`. */
export async function goBack(page, servers) {
  const before = servers.appRequests.length
  // WebKit never answers a question that comes while the page changes, so none is asked until the
  // app has a request of the page that is shown.
  await page.evaluate(() => void setTimeout(() => history.back(), 0))
  await until(() => servers.appRequests.length > before)
}

/**
 * Goes back to the page that `leave` left. Returns whether it is the same page, out of the
 * back/forward cache; otherwise it was loaded again.
 */
export async function comeBack(page, servers) {
  await goBack(page, servers)
  await page.waitForFunction(() => 'countersign' in globalThis)
  return page.evaluate(() => globalThis.cameBack === true)
}
