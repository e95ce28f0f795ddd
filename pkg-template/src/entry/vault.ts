import { makeGlue } from '../glue.js'
import { inlined } from '../inline.js'
import { load, unpack } from '../load.js'
import { serve } from '../vault/worker.js'

// A worker that imports this is a vault.
serve(globalThis, load(unpack(inlined), makeGlue))
