// Sets the clock of the page, which the client reads as `Date.now()`, wrong on purpose. The offset is
// stored for the tab, because a sign-in reloads the page. `new Date()` stays right, for the timeline.

const KEY = 'demo: clock is ahead by'
const realNow = Date.now

let skew = loadSkew()

if (skew) install()

/** The offset of the clock in milliseconds; 0 if the clock is right. */
export const skewed = (): number => skew

/** Sets the clock ahead by some milliseconds; 0 makes it right again. */
export function setSkew(milliseconds: number): void {
  skew = milliseconds
  install()
  try {
    if (skew) sessionStorage.setItem(KEY, String(skew))
    else sessionStorage.removeItem(KEY)
  } catch {
    // Without storage the offset is lost when the page is left.
  }
}

function install() {
  Date.now = () => realNow.call(Date) + skew
}

function loadSkew(): number {
  try {
    return Number(sessionStorage.getItem(KEY) ?? 0)
  } catch {
    return 0
  }
}
