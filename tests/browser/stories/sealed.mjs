// The sealed store, as IndexedDB has it: what lies there, and what becomes of it.
import assert from 'node:assert/strict'
import { builtPage } from '../harness/built-page.mjs'
import { atRest, get, open, set, thereAndBack } from '../harness/database.mjs'
import { story } from '../harness/story.mjs'

const bare = { folder: await builtPage('countersign') }
const SECRET = 'a secret text, and ünïcode: 🔏'

story('WEB-05: a sealed text comes back after a reload and in other tabs, and cannot be read at rest',
  bare,
  async ({ page, world, newPage }) => {
    await open(page, world)
    assert.equal(await get(page, 'name'), undefined)
    await set(page, 'name', SECRET)
    await open(page, world)
    assert.equal(await get(page, 'name'), SECRET)
    const other = await newPage()
    await open(other, world)
    assert.equal(await get(other, 'name'), SECRET)
    const kept = await atRest(page)
    assert.ok(kept.length > 100)
    for (const part of [SECRET, 'secret', 'code']) assert.ok(!kept.includes(part), part)
    await other.evaluate(() => sealed.remove('name'))
    assert.equal(await get(page, 'name'), undefined)
    await page.evaluate(() => sealed.remove('name'))
  })

story('WEB-05: the key cannot be exported, and no two texts share an initialization vector', bare,
  async ({ page, world }) => {
    await open(page, world)
    for (const name of ['a', 'a', 'b']) await set(page, name, SECRET)
    const { key, ivs } = await page.evaluate(async () => {
      const key = await raw('readonly', (store) => store.get('key'))
      const { algorithm, extractable, usages } = key
      const exported = await Promise.all(['raw', 'jwk']
        .map((format) => crypto.subtle.exportKey(format, key).then(() => 'out', ({ name }) => name)))
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

story('WEB-08: a text that is moved under another name or purpose does not open', bare,
  async ({ page, world }) => {
    await open(page, world)
    await set(page, 'a', SECRET)
    await page.evaluate(async () => {
      const sealed = await raw('readonly', (store) => store.get(['test', 'a']))
      for (const place of [['test', 'b'], ['other', 'a']]) {
        await raw('readwrite', (store) => store.put(sealed, place))
      }
    })
    assert.equal(await get(page, 'b'), '')
    assert.equal(await page.evaluate(() => hosts.sealedStore('other').get('a')), '')
    assert.equal(await get(page, 'a'), SECRET)
  })

story('WEB-08: what was edited by hand is an empty text, and the next one is kept', bare,
  async ({ page, world }) => {
    await open(page, world)
    for (const edit of [
      (it) => { new Uint8Array(it.text)[3] ^= 1 },
      (it) => { it.iv[0] ^= 1 },
      (it) => { it.v = 2 },
      (it) => { it.iv = 'x' },
      (it) => { delete it.text },
      (it) => { it.text = it.text.slice(0, 5) },
      () => 'a text',
      () => 7,
      () => [],
    ]) {
      await set(page, 'a', SECRET)
      await page.evaluate(`(async () => {
        const it = await raw('readonly', (store) => store.get(['test', 'a']))
        const other = (${edit})(it) ?? it
        await raw('readwrite', (store) => store.put(other, ['test', 'a']))
      })()`)
      assert.equal(await get(page, 'a'), '', String(edit))
    }
    await set(page, 'a', SECRET)
    assert.equal(await get(page, 'a'), SECRET)
  })

story('a key that is gone, or is none, opens nothing and is made anew', bare,
  async ({ page, world }) => {
    await open(page, world)
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

story('two tabs that make the key at the same time have the same key', bare,
  async ({ page, world, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) await open(tab, world)
    for (let round = 0; round < 5; round += 1) {
      await page.evaluate(() => deleted())
      const at = Date.now() + 300
      await Promise.all([page, other].map((tab, n) => tab.evaluate(async (at, n) => {
        while (Date.now() < at) await new Promise((resolve) => { setTimeout(resolve, 1) })
        await Promise.all([0, 1, 2].map((m) => sealed.set(`${n} ${m}`, 'opened')))
      }, at, n)))
      for (const tab of [page, other]) {
        const all = await tab.evaluate(() =>
          Promise.all(['0 0', '0 1', '0 2', '1 0', '1 1', '1 2'].map((name) => sealed.get(name))))
        assert.deepEqual(all, Array(6).fill('opened'))
      }
    }
  })

story('the database may be deleted at any time, and no tab stands in the way', bare,
  async ({ page, world, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) await open(tab, world)
    await set(page, 'a', SECRET)
    assert.equal(await other.evaluate(() => deleted()), 'deleted')
    assert.equal(await get(page, 'a'), undefined)
    await set(page, 'a', SECRET)
    assert.equal(await get(other, 'a'), SECRET)
    // In the middle of the work as well: what was kept can be read, or is not there at all.
    const seen = await page.evaluate(async () => {
      const seen = []
      for (let round = 0; round < 10; round += 1) {
        const work = sealed.set('a', 'kept')
        const [, kept] = await Promise.all([deleted(), work.then(() => true, () => false)])
        seen.push([kept, await sealed.get('a') ?? null])
      }
      return seen
    })
    assert.deepEqual(seen.filter(([, text]) => text !== null && text !== 'kept'), [])
    assert.ok(seen.every(([kept]) => kept), JSON.stringify(seen))
  })

story('a page that has used the store still fits into the back/forward cache, and blocks nobody there',
  bare,
  async ({ page, world, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) await open(tab, world)
    const fits = await thereAndBack(page, world)
    await set(page, 'a', SECRET)
    const before = await thereAndBack(page, world, () => other.evaluate(() => deleted()))
    assert.equal(before, fits)
    if (fits) await set(page, 'a', SECRET)
    assert.equal(await get(other, 'a'), fits ? SECRET : undefined)
  })
