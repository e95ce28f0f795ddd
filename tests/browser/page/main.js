// Puts Countersign where a test can reach it.
import * as countersign from 'countersign'

Object.assign(globalThis, { countersign })
