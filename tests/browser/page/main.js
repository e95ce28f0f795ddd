// Makes Countersign available to a test, with the parts of its host that no entry exports.
import * as countersign from 'countersign'
import { openChannel } from 'countersign/host/browser/broadcast.js'
import { acquireOriginLock } from 'countersign/host/browser/locks.js'
import { sealedStore } from 'countersign/host/browser/sealed-store.js'
import { tabIdentityFor } from 'countersign/host/browser/tab-identity.js'
import { soft } from 'countersign/entry/soft/default.js'

Object.assign(globalThis, { countersign, soft, hosts: { acquireOriginLock, openChannel, sealedStore, tabIdentityFor } })
