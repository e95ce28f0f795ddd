// Sets the clock of the page, which the client reads as `Date.now()`, wrong on purpose. The offset is
// stored for the tab, because a sign-in reloads the page. `new Date()` stays right, for the timeline.

const KEY = 'demo: clock is ahead by'
const realNow = Date.now

let skew = loadSkew()
let jump = 0

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

/** Sets the clock to a time, in seconds since 1970, until `endJump`. */
export function jumpTo(seconds: number): void {
  install()
  jump = 0
  jump = Math.max(0, seconds * 1000 - Date.now())
}

/** Ends the jump. The offset of `setSkew` stays. */
export function endJump(): void {
  jump = 0
}

function install() {
  Date.now = () => realNow.call(Date) + skew + jump
}

function loadSkew(): number {
  try {
    return Number(sessionStorage.getItem(KEY) ?? 0)
  } catch {
    return 0
  }
}
