/**
 * Properties of objects that only this package's own code creates and reads. Packaging shortens their
 * names, which saves a page about 90 bytes. No entry returns such an object except `renewal`, which apps
 * only pass on. No message, file or cookie contains one, and neither the core nor the platform knows a
 * property of that name: tests/package/shared/internal-names.test.mjs proves it.
 */
export const INTERNAL_NAMES = [
  'dpopFetch',
  'endReason',
  'hostOf',
  'isTabOwn',
  'lockStart',
  'recheck',
  'replaceUrl',
  'runMethod',
  'runRenewal',
  'sealedStore',
  'sendWithStepUp',
  'settingsTable',
  'unsaved',
  'withDpopKeys',
  'withKeys',
]

/** The short names. No other property in the package begins with `_`. */
export const SHORT_NAMES = INTERNAL_NAMES.map((_, index) => `_${'abcdefghijklmno'[index]}`)
