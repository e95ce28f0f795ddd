// The scenarios that every provider plays, in the order of the table.
import { edge } from './edge.mjs'
import { elsewhere } from './elsewhere.mjs'
import { page } from './page.mjs'
import { sessions } from './sessions.mjs'

/**
 * `id` names it in the results and in a provider's `lacks`; `title` is its row in docs/providers.md.
 * `isQuick`: the ordinary test run plays it too.
 */
export const scenarios = [...page, ...elsewhere, ...sessions, ...edge]
