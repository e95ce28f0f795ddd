// An app on a server: createSessions in Node, with the person in Chromium.
import assert from 'node:assert/strict'
import { enter, leave, readFrom, serveSessions, shown } from '../harness/steps.mjs'

export const sessions = [
  {
    id: 'sessions',
    isQuick: true,
    async run(stage) {
      const { page, provider, servers } = stage
      await serveSessions(stage)
      assert.deepEqual(await readFrom(stage, page), { user: null })
      const first = await enter(stage)
      assert.equal(first.user?.sub, provider.sub, JSON.stringify(first))
      const renewed = await readFrom(stage, page, '/renew')
      assert.equal(renewed.user?.sub, provider.sub, JSON.stringify(renewed))
      assert.notEqual(renewed.accessToken, first.accessToken)
      assert.equal((await readFrom(stage, page)).accessToken, renewed.accessToken)
      await leave(stage)
      assert.deepEqual(await shown(page), { user: null })
      await page.goto(`${servers.server}/auth/login`, { waitUntil: 'domcontentloaded' })
      await provider.atSignIn(page)
    },
  },
  {
    id: 'serverUserInfo',
    async run(stage) {
      const { provider } = stage
      await serveSessions(stage, { userInfo: true })
      const { user } = await enter(stage)
      assert.equal(user?.sub, provider.sub)
      for (const [name, value] of Object.entries(provider.userInfo ?? {})) assert.equal(user[name], value, name)
    },
  },
]
