// Key pairs for tests: those of the emulators.
export { generateKeyPairSync } from '../../www/emulators/engine/key-pairs.js'
