// The scenarios that every provider plays.
import { edge } from './edge.mjs'
import { elsewhere } from './elsewhere.mjs'
import { page } from './page.mjs'
import { sessions } from './sessions.mjs'

/** `id` is the name in facts.mjs. `isQuick`: the ordinary test run plays it too. */
export const scenarios = [...page, ...elsewhere, ...sessions, ...edge]
