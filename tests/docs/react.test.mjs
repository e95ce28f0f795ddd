// The React examples show who is signed in, at a provider double and in a browser double.
import assert from 'node:assert/strict'
import test from 'node:test'
import { example } from './harness/examples.mjs'
import { load } from './harness/project.mjs'
import { setStage } from '../package/support/stage.mjs'

/** Renders both examples; `auth` is whichever client the test sets before. */
const MAIN = `
  import { createElement } from 'react'
  import { act, create } from 'react-test-renderer'
  import { Account } from './account'
  import { auth } from './auth'
  import { useAuth } from './use-auth'

  /** The states that a component with the hook shows, without repetition. */
  export async function states() {
    const seen = []
    const Page = () => {
      const { status, user, error } = useAuth()
      const now = [status, user?.sub, error?.code].filter(Boolean).join(' ')
      if (now !== seen.at(-1)) seen.push(now)
      return null
    }
    const rendered = await render(Page)
    await act(() => rendered.unmount())
    return seen
  }

  /** The texts of the component of the documentation. */
  export async function account() {
    const rendered = await render(Account)
    const texts = JSON.stringify(rendered.toJSON())
    await act(() => rendered.unmount())
    return texts
  }

  async function render(component) {
    let rendered
    await act(async () => {
      rendered = create(createElement(component))
      await auth.start().catch(() => {})
    })
    return rendered
  }
`

async function loadWith(t, auth) {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true
  globalThis.exampleAuth = auth
  t.after(() => delete globalThis.exampleAuth)
  const files = {
    'main.tsx': MAIN,
    'account.tsx': example('docs/page.md#react').code,
    'use-auth.tsx': example('README.md#react').code,
    'auth.ts': 'export const auth = globalThis.exampleAuth',
  }
  return load(t, files, 'main.tsx', ['react', 'react-test-renderer'])
}

test('the hook shows that no user is signed in, and then which user is', async (t) => {
  const stage = await setStage(t)
  const { states } = await loadWith(t, stage.open('/').auth)
  assert.deepEqual(await states(), ['loading', 'signedOut'])
  await stage.signIn()
  const { states: later } = await loadWith(t, stage.open('/').auth)
  assert.deepEqual(await later(), ['loading', 'signedIn alice'])
})

test('the component offers to sign in, and then to sign out', async (t) => {
  const stage = await setStage(t)
  const { account } = await loadWith(t, stage.open('/').auth)
  assert.match(await account(), /"Sign in"/)
  stage.double.claims.name = 'Alice'
  await stage.signIn()
  const { account: later } = await loadWith(t, stage.open('/').auth)
  assert.match(await later(), /"Sign out ","Alice"/)
})
