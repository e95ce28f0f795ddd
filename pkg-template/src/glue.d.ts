import type { MakeGlue } from './glue-types.js'

export const makeGlue: MakeGlue
