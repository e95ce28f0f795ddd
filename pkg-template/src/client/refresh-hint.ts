import type { Outcome } from './outcome.js'

/** The hint for the developer after a sign-in without a refresh token, unless `refresh` is `false`. */
export const refreshHint = (end: Outcome, refresh: boolean | undefined): string | undefined =>
  end.kind === 'signedIn' && end.lacksRefreshToken && refresh !== false
    ? 'No refresh token came: the access token cannot be refreshed when it ends. `refresh: true` (or what the page of ' +
      'your preset says) asks for one, ' +
      '`refresh: false` silences this hint. See "Keep the session alive" in docs/page.md.'
    : undefined
