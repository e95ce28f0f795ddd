// The page's clock, which the client reads as `Date.now()`, set wrong on purpose. How wrong is kept
// for the tab, since a sign-in loads the page anew; `new Date()` stays right, for the timeline.

const KEY = 'demo: clock is ahead by'
const right = Date.now

let skew = kept()
let jump = 0

if (skew) install()

/** How far ahead the clock was set, in milliseconds. */
export const skewed = (): number => skew

/** Sets the clock ahead, or right again with 0. */
export function setSkew(milliseconds: number): void {
  skew = milliseconds
  install()
  try {
    if (skew) sessionStorage.setItem(KEY, String(skew))
    else sessionStorage.removeItem(KEY)
  } catch {
    // Without storage it is forgotten when the page is left.
  }
}

/** Takes the clock to a time in seconds, until `endJump`. */
export function jumpTo(seconds: number): void {
  install()
  jump = 0
  jump = Math.max(0, seconds * 1000 - Date.now())
}

/** Brings it back. */
export function endJump(): void {
  jump = 0
}

function install() {
  Date.now = () => right.call(Date) + skew + jump
}

function kept(): number {
  try {
    return Number(sessionStorage.getItem(KEY) ?? 0)
  } catch {
    return 0
  }
}
