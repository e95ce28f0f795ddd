export { renewal } from '../../page/renewal/renewal.js'
export type { Renewal } from '../../page/renewal/renewal.js'
