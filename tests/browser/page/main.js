// Puts Countersign where a test can reach it, and what no entry gives away: who grants its wishes.
import * as countersign from 'countersign'
import { openChannel } from 'countersign/host/browser/broadcast.js'
import { hold } from 'countersign/host/browser/locks.js'
import { sealedStore } from 'countersign/host/browser/sealed-store.js'
import { tabOf } from 'countersign/host/browser/tab-identity.js'
import { soft } from 'countersign/entry/soft/default.js'

Object.assign(globalThis, { countersign, soft, hosts: { hold, openChannel, sealedStore, tabOf } })
