// Puts Countersign where a test can reach it, and what no entry gives away: who grants its wishes.
import * as countersign from 'countersign'
import { openChannel } from 'countersign/host/channel.js'
import { hold } from 'countersign/host/locks.js'
import { sealedStore } from 'countersign/host/sealed.js'
import { tabOf } from 'countersign/host/tab.js'
import { soft } from 'countersign/entry/soft.js'

Object.assign(globalThis, { countersign, soft, hosts: { hold, openChannel, sealedStore, tabOf } })
