// The core begins, refuses with its codes, and survives a trap: in every runtime alike.
import { assertCode } from './assert.mjs'

const settings = {
  issuer: 'https://id.example.com',
  clientId: 'spa',
  redirectUri: 'https://app.example.com/callback',
}

export function coreTests({ test, countersign, trapping }) {
  test('a value that the core refuses has its code', async () => {
    const auth = countersign.createClient({ ...settings, algorithms: ['none'] })
    await assertCode('OIDC_CONFIG_INVALID', () => auth.start(), 'algorithms')
  })

  test('a setting of the wrong shape is refused at once', async () => {
    const make = async () => countersign.createClient({ ...settings, clientId: 1 })
    await assertCode('OIDC_CONFIG_INVALID', make, 'clientId')
  })

  test('a trap fails with OIDC_INTERNAL, and the next call works', async () => {
    const auth = trapping.createClient({ ...settings, store: 'memory' })
    const trap = () => auth.signIn({ extra: { note: 'plant-a-trap' } })
    await assertCode('OIDC_INTERNAL', trap)
    await assertCode('OIDC_EXTRA_FORBIDDEN', () => auth.signIn({ extra: { nonce: 'mine' } }), 'nonce')
    await assertCode('OIDC_INTERNAL', trap)
  })
}
