// The answers of the hooks of a gate: a user, nothing, and anything else.
import test from 'node:test'
import assert from 'node:assert/strict'
import { openGate, passed, refused, startIdp } from '../support/servicenow.mjs'

/** Values that a failed search often gives, or that name no one. */
const NO_USERS = [false, true, 0, 0n, NaN, '', [[]], [false], [{ sys_id: '1' }, false], Symbol('user'), () => ({})]
const name = (value) => (Array.isArray(value) ? `[${value.map(name)}]` : `${typeof value} ${String(value)}`)

test('SN reject 20: findUser answers with something that is no user', async (t) => {
  const idp = await startIdp(t)
  for (const answer of NO_USERS) {
    const created = []
    const users = { findUser: () => answer, provisionUser: (user) => created.push(user) }
    const { ask } = await openGate(idp, { users })
    await refused(await ask(idp.token()), 'OIDC_USER_UNKNOWN', 'findUser')
    // Such an answer does not count as a missing user, either.
    const open = await openGate(idp, { users, entity: { provisioning: { transform: [] } } })
    await refused(await open.ask(idp.token()), 'OIDC_USER_UNKNOWN', 'findUser')
    assert.deepEqual(created, [], name(answer))
  }
})

test('SN reject 21: findInstanceToken answers with something that is no user', async (t) => {
  const idp = await startIdp(t)
  for (const answer of [...NO_USERS, []]) {
    const { ask } = await openGate(idp, { findInstanceToken: () => answer })
    await refused(await ask('garbage'), 'OIDC_USER_UNKNOWN', 'findInstanceToken')
    await refused(await ask(idp.token()), 'OIDC_USER_UNKNOWN', 'findInstanceToken')
  }
})

test('SN reject 22: provisionUser answers with something that is no user', async (t) => {
  const idp = await startIdp(t)
  for (const answer of [...NO_USERS, [], null, undefined]) {
    const users = { findUser: () => null, provisionUser: () => answer }
    const { ask } = await openGate(idp, { users, entity: { provisioning: { transform: [] } } })
    await refused(await ask(idp.token()), 'OIDC_USER_UNKNOWN', 'provisionUser')
  }
})

test('SN accept 7: a user is an object, a text or a number', async (t) => {
  const idp = await startIdp(t)
  for (const user of [{ sys_id: '1' }, Object.create(null), 'user', 7, 7n]) {
    const found = await openGate(idp, { users: { findUser: () => user } })
    assert.equal(passed(await found.ask(idp.token())).user, user)
    const listed = await openGate(idp, { users: { findUser: async () => [null, user, undefined] } })
    assert.equal(passed(await listed.ask(idp.token())).user, user)
    const own = await openGate(idp, { findInstanceToken: () => user })
    assert.equal(passed(await own.ask('opaque')).user, user)
    const users = { findUser: () => [], provisionUser: () => user }
    const made = await openGate(idp, { users, entity: { provisioning: { transform: [] } } })
    assert.equal(passed(await made.ask(idp.token())).user, user)
  }
})
