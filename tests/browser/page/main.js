// The script of the bare page: it makes Countersign, and the internal modules that scenarios test,
// globals of the page.
import * as countersign from 'countersign'
import { openChannel } from 'internal:broadcast'
import { acquireOriginLock } from 'internal:locks'
import { persistentKeyPair, sealedStore } from 'internal:sealed-store'
import { tabIdentityFor } from 'internal:tab-identity'
import { soft } from 'countersign/soft'

const internals = { acquireOriginLock, openChannel, persistentKeyPair, sealedStore, tabIdentityFor }
Object.assign(globalThis, { countersign, soft, internals })
