// Options of a wrong type, and unknown ones: the code and the name say what to correct.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { addressOf, load } from '../support/package.mjs'
import { code, isPending, setStage } from '../support/stage.mjs'

const WRONG = ['x', '/inbox', 5, true, null, ['x'], [], () => {}, Symbol('x')]
const invalid = (name) => code('OIDC_SIGNIN_OPTION_INVALID', name)

test('C5: options that are no object are refused by every method, and change nothing', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  const popups = []
  const open = () => {
    popups.push({ closed: false, location: { replace: assert.fail }, close() { this.closed = true } })
    return popups.at(-1)
  }
  Object.defineProperty(globalThis, 'open', { configurable: true, value: open })
  t.after(() => delete globalThis.open)
  const methods = [
    'start', 'signIn', 'signInPopup', 'signOut', 'getAccessToken', 'userInfo', 'getIdToken', 'frontchannelLogout',
  ]
  for (const method of methods) {
    for (const options of WRONG) {
      // No method throws where it is called.
      const call = auth[method](options)
      await assert.rejects(call, invalid('options'), `${method} ${String(options)}`)
    }
    await assert.rejects(auth[method]({ signal: 5 }), invalid('signal'), method)
  }
  assert.ok(popups.length && popups.every(({ closed }) => closed))
  assert.equal(auth.user.sub, 'alice')
  assert.ok(!stage.double.asked.some(({ path }) => path === '/revoke'))
})

test('C5: an event is no option, and a polluted prototype makes no event of options', async (t) => {
  const stage = await setStage(t)
  const { page, auth } = stage.open()
  auth.signIn(new Event('click')).catch(() => {})
  assert.match(await page.left, /\/authorize\?/)
  Object.defineProperty(Object.prototype, 'preventDefault', { configurable: true, value() {} })
  t.after(() => delete Object.prototype.preventDefault)
  await assert.rejects(stage.open().auth.signIn({ foo: 1 }), invalid('foo'))
})

test('C5: getAccessToken refuses unknown options and wrong values by their names', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  for (const [options, name] of [
    [{ scopes: 'a' }, 'scopes'],
    [{ foo: 1 }, 'foo'],
    [{ refused: 'a' }, 'refused'],
    [{ renew: 'no' }, 'renew'],
    [{ renew: 1 }, 'renew'],
    [{ scope: 5 }, 'scope'],
    [{ scope: ['a'] }, 'scope'],
    [{ resource: ['https://api.example/'] }, 'resource'],
  ]) {
    await assert.rejects(auth.getAccessToken(options), invalid(name), JSON.stringify(options))
  }
  for (const options of [undefined, {}, { renew: false }, { scope: undefined, renew: undefined }]) {
    assert.equal((await auth.getAccessToken(options)).accessToken, 'token-of-alice')
  }
})

test('C5: slim without renewal names the options that it lacks', async (t) => {
  const { createClient } = await load('./slim')
  const stage = await setStage(t)
  const { auth } = stage.open()
  auth.close()
  const module = await WebAssembly.compile(await readFile(new URL(await addressOf('./sign-in.wasm'))))
  const slim = createClient({ ...stage.settings, module })
  t.after(() => slim.close())
  await assert.rejects(slim.getAccessToken({ renew: true }), invalid('renew'))
  await assert.rejects(slim.signOut({ local: true }), invalid('local'))
  await assert.rejects(slim.signIn('/inbox'), invalid('options'))
  assert.ok(!(await isPending(slim.start())))
})
