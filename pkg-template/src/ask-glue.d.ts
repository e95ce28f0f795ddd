export { makeGlue } from './glue.js'
