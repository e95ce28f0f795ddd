export { renewal } from '../renewal.js'
export type { Renewal } from '../renewal.js'
