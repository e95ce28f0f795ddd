import { explain } from '../error.js'
import { pageHints } from '../hints/page.js'

/** From now on the `hint` of an error is its sentence, as it always is without `countersign/slim`. */
export const explainErrors = (): void => explain(pageHints)
