/**
 * Properties of objects that only this package's own code creates and reads. Packaging shortens their
 * names, which saves a page and a verifier about 100 bytes each. No entry returns such an object except `renewal`, which apps
 * only pass on. No message, file or cookie contains one, and neither the core nor the platform knows a
 * property of that name: tests/package/shared/internal-names.test.mjs proves it.
 */
export const INTERNAL_NAMES = [
  'adoptSession',
  'announceUrl',
  'callCore',
  'clientMade',
  'dpopFetch',
  'endReason',
  'firstNumber',
  'flowHost',
  'forgetSession',
  'hasDroppedKey',
  'isComplete',
  'issuerKeys',
  'isTabOwn',
  'keyCount',
  'keyTable',
  'leftToSubtle',
  'listen',
  'loadedText',
  'lockSignOut',
  'lockStart',
  'nextKeyNumber',
  'numberedText',
  'pendingSignOut',
  'prepareFlow',
  'readEnd',
  'recheck',
  'reconcile',
  'replaceUrl',
  'runFlow',
  'runMethod',
  'runRenewal',
  'sealedStore',
  'searchStarted',
  'sendWithStepUp',
  'serverNonces',
  'settingsTable',
  'tokenCache',
  'unsaved',
  'verifyForGuard',
  'withDpopKeys',
  'withKeys',
]

/** The short names. No other property in the package begins with `_`. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
export const SHORT_NAMES = INTERNAL_NAMES.map((_, index) => `_${LETTERS[index]}`)
