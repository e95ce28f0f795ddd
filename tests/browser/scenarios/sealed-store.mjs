// The sealed store in IndexedDB: what is stored there, and what happens to it.
import assert from 'node:assert/strict'
import { bare } from '../harness/bare-page.mjs'
import { atRest, get, leaveAndComeBack, open, set } from '../harness/database.mjs'
import { scenario } from '../harness/scenario.mjs'

const SECRET = 'a secret text, and ünïcode: 🔏'

scenario('WEB-05: a sealed text is there after a reload and in other tabs, and cannot be read at rest',
  bare,
  async ({ page, servers, newPage }) => {
    await open(page, servers)
    assert.equal(await get(page, 'name'), undefined)
    await set(page, 'name', SECRET)
    await open(page, servers)
    assert.equal(await get(page, 'name'), SECRET)
    const other = await newPage()
    await open(other, servers)
    assert.equal(await get(other, 'name'), SECRET)
    const stored = await atRest(page)
    assert.ok(stored.length > 100)
    for (const part of [SECRET, 'secret', 'code']) assert.ok(!stored.includes(part), part)
    await other.evaluate(() => sealed.remove('name'))
    assert.equal(await get(page, 'name'), undefined)
    await page.evaluate(() => sealed.remove('name'))
  })

scenario('WEB-05: the key cannot be exported, and no two texts have the same initialization vector', bare,
  async ({ page, servers }) => {
    await open(page, servers)
    for (const name of ['a', 'a', 'b']) await set(page, name, SECRET)
    const { key, ivs } = await page.evaluate(async () => {
      const key = await raw('readonly', (store) => store.get('key'))
      const { algorithm, extractable, usages } = key
      const exported = await Promise.all(['raw', 'jwk']
        .map((format) => crypto.subtle.exportKey(format, key).then(() => 'exported', ({ name }) => name)))
      const ivs = []
      for (let round = 0; round < 3; round += 1) {
        await sealed.set('a', 'the same text')
        ivs.push((await raw('readonly', (store) => store.get(['test', 'a']))).iv.join())
      }
      return { key: { algorithm, extractable, usages: usages.toSorted(), exported }, ivs }
    })
    assert.deepEqual(key, {
      algorithm: { name: 'AES-GCM', length: 256 },
      extractable: false,
      usages: ['decrypt', 'encrypt'],
      exported: ['InvalidAccessError', 'InvalidAccessError'],
    })
    assert.equal(new Set(ivs).size, 3)
    assert.ok(ivs.every((iv) => iv.split(',').length === 12))
  })

scenario('WEB-05: a key that a script has planted is replaced, for texts and for proofs', bare,
  async ({ page, servers }) => {
    await open(page, servers)
    // The first text makes the database.
    await set(page, 'name', SECRET)
    for (const plant of ['an exportable key', 'an exportable pair', 'another algorithm', 'a pair', 'other usages', 'a text']) {
      const made = await page.evaluate(async (plant) => {
        const aes = (length, extractable, usages) => crypto.subtle.generateKey({ name: 'AES-GCM', length }, extractable, usages)
        const ec = (name, namedCurve, extractable, usages) =>
          crypto.subtle.generateKey({ name, namedCurve }, extractable, usages)
        const both = ['encrypt', 'decrypt']
        const [key, pair] = {
          'an exportable key': [await aes(256, true, both), await ec('ECDSA', 'P-256', true, ['sign', 'verify'])],
          'an exportable pair': [await ec('ECDSA', 'P-256', true, ['sign', 'verify']), await aes(256, true, both)],
          'another algorithm': [await aes(128, false, both), await ec('ECDSA', 'P-384', false, ['sign', 'verify'])],
          'a pair': [await ec('ECDH', 'P-256', false, ['deriveBits']), await ec('ECDH', 'P-256', false, ['deriveBits'])],
          'other usages': [await aes(256, false, ['encrypt']), { privateKey: (await ec('ECDSA', 'P-256', false, ['sign', 'verify'])).privateKey }],
          'a text': ['key', 'pair'],
        }[plant]
        await raw('readwrite', (store) => {
          store.put(pair, ['pair', 'x'])
          return store.put(key, 'key')
        })
        const before = await sealed.get('name')
        await sealed.set('name', 'a text')
        const { privateKey, publicKey } = await internals.persistentKeyPair('x')
        const kept = await raw('readonly', (store) => store.get('key'))
        const describe = ({ extractable, type, algorithm, usages }) =>
          [extractable, type, algorithm.name, algorithm.namedCurve ?? algorithm.length, usages.toSorted().join()]
        return [before, await sealed.get('name'), describe(kept), describe(privateKey), describe(publicKey)]
      }, plant)
      assert.deepEqual(made.slice(1), [
        'a text',
        [false, 'secret', 'AES-GCM', 256, 'decrypt,encrypt'],
        [false, 'private', 'ECDSA', 'P-256', 'sign'],
        [true, 'public', 'ECDSA', 'P-256', 'verify'],
      ], plant)
      // A text under another key is unreadable, which is no session.
      assert.ok(['', null, undefined].includes(made[0]), plant)
    }
  })

scenario('WEB-08: a text that is moved to another name or purpose does not open', bare,
  async ({ page, servers }) => {
    await open(page, servers)
    await set(page, 'a', SECRET)
    await page.evaluate(async () => {
      const sealed = await raw('readonly', (store) => store.get(['test', 'a']))
      for (const key of [['test', 'b'], ['other', 'a']]) {
        await raw('readwrite', (store) => store.put(sealed, key))
      }
    })
    assert.equal(await get(page, 'b'), '')
    assert.equal(await page.evaluate(() => internals.sealedStore('other').get('a')), '')
    assert.equal(await get(page, 'a'), SECRET)
  })

scenario('WEB-08: a changed entry is an empty text, and the next text is stored', bare,
  async ({ page, servers }) => {
    await open(page, servers)
    for (const edit of [
      (entry) => { new Uint8Array(entry.text)[3] ^= 1 },
      (entry) => { entry.iv[0] ^= 1 },
      (entry) => { entry.v = 2 },
      (entry) => { entry.iv = 'x' },
      (entry) => { delete entry.text },
      (entry) => { entry.text = entry.text.slice(0, 5) },
      () => 'a text',
      () => 7,
      () => [],
    ]) {
      await set(page, 'a', SECRET)
      await page.evaluate(`(async () => {
        const entry = await raw('readonly', (store) => store.get(['test', 'a']))
        const changed = (${edit})(entry) ?? entry
        await raw('readwrite', (store) => store.put(changed, ['test', 'a']))
      })()`)
      assert.equal(await get(page, 'a'), '', String(edit))
    }
    await set(page, 'a', SECRET)
    assert.equal(await get(page, 'a'), SECRET)
  })

scenario('a key that is missing or no key opens nothing, and a new one is made', bare,
  async ({ page, servers }) => {
    await open(page, servers)
    for (const edit of [
      (store) => store.delete('key'),
      (store) => store.put(null, 'key'),
      (store) => store.put('not a key', 'key'),
    ]) {
      await set(page, 'a', SECRET)
      await page.evaluate(`raw('readwrite', ${edit})`)
      assert.equal(await get(page, 'a'), '', String(edit))
      await set(page, 'a', SECRET)
      assert.equal(await get(page, 'a'), SECRET)
    }
  })

scenario('two tabs that make the key at the same time get the same key', bare,
  async ({ page, servers, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) await open(tab, servers)
    for (let round = 0; round < 5; round += 1) {
      await page.evaluate(() => deleted())
      // The two tabs begin when the page releases the gate.
      await page.evaluate(() => new Promise((isHeld) => {
        navigator.locks.request('gate', () => new Promise((open) => {
          globalThis.openGate = open
          isHeld()
        }))
      }))
      const writing = [page, other].map((tab, n) => tab.evaluate(async (n) => {
        await navigator.locks.request('gate', { mode: 'shared' }, () => {})
        await Promise.all([0, 1, 2].map((m) => sealed.set(`${n} ${m}`, 'opened')))
      }, n))
      await page.waitForFunction(async () => (await navigator.locks.query()).pending.length === 2)
      await page.evaluate(() => openGate())
      await Promise.all(writing)
      for (const tab of [page, other]) {
        const all = await tab.evaluate(() =>
          Promise.all(['0 0', '0 1', '0 2', '1 0', '1 1', '1 2'].map((name) => sealed.get(name))))
        assert.deepEqual(all, Array(6).fill('opened'))
      }
    }
  })

scenario('the database may be deleted at any time, and no tab prevents it', bare,
  async ({ page, servers, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) await open(tab, servers)
    await set(page, 'a', SECRET)
    assert.equal(await other.evaluate(() => deleted()), 'deleted')
    assert.equal(await get(page, 'a'), undefined)
    await set(page, 'a', SECRET)
    assert.equal(await get(other, 'a'), SECRET)
    // Also while a text is being stored: afterwards it can be read, or is not there at all.
    const seen = await page.evaluate(async () => {
      const seen = []
      for (let round = 0; round < 10; round += 1) {
        const work = sealed.set('a', 'stored')
        const [, isStored] = await Promise.all([deleted(), work.then(() => true, () => false)])
        seen.push([isStored, await sealed.get('a') ?? null])
      }
      return seen
    })
    assert.deepEqual(seen.filter(([, text]) => text !== null && text !== 'stored'), [])
    assert.ok(seen.every(([isStored]) => isStored), JSON.stringify(seen))
  })

scenario('a page that has used the store still fits into the back/forward cache, and blocks no tab there',
  bare,
  async ({ page, servers, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) await open(tab, servers)
    const fits = await leaveAndComeBack(page, servers)
    // A page that was loaded again has no store yet.
    if (!fits) await open(page, servers)
    await set(page, 'a', SECRET)
    const isSame = await leaveAndComeBack(page, servers, async () => {
      assert.equal(await other.evaluate(() => deleted()), 'deleted')
    })
    assert.equal(isSame, fits)
    if (fits) await set(page, 'a', SECRET)
    assert.equal(await get(other, 'a'), fits ? SECRET : undefined)
  })
