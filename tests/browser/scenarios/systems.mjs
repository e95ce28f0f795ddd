// The page Systems: every row runs to its end in Chromium, and a row whose emulator or whose check is broken is shown as failed.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { scenario } from '../harness/scenario.mjs'
import { clickButton, waitForButton } from '../harness/steps.mjs'

const ONCE = 'The page Systems is part of the demo. One engine is enough for it.'
const inOneEngine = { skipIn: { Firefox: ONCE, WebKit: ONCE } }

/** How many rows run at the same time. */
const PARALLEL_RUNS = 3

/** How long rows may take: a run, and all of them. A busy machine takes long. */
const [RUN_TIMEOUT_MS, ALL_TIMEOUT_MS] = [60_000, 150_000]

const open = async (page, servers) => {
  await page.goto(`${servers.app}/systems`)
  await waitForButton(page, 'Run all')
}

/** The rows: `{ id, state, title, steps: { name: [state, code] } }`. */
const rowsOf = (page) => page.$$eval('.system', (rows) => rows.map((row) => ({
  id: row.id,
  state: row.dataset.state,
  text: row.textContent,
  steps: Object.fromEntries([...row.querySelectorAll('.run-steps > li')].map((step) =>
    [step.dataset.step, [step.dataset.state, step.querySelector('[data-testid=code]')?.textContent].filter(Boolean).join(' ')])),
})))

const rowOf = async (page, id) => (await rowsOf(page)).find((row) => row.id === id)

const isOver = (page, id) => page.waitForFunction(
  (id) => ['passed', 'failed'].includes(document.getElementById(id).dataset.state), { timeout: RUN_TIMEOUT_MS }, id)

/** Clicks the button of each row, and waits for the end of its run. */
async function runEach(page, ids) {
  const waiting = [...ids]
  const lane = async () => {
    for (let id = waiting.shift(); id; id = waiting.shift()) {
      await page.$eval(`#${id} button`, (button) => button.click())
      await isOver(page, id)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_RUNS }, lane))
}

const signedIn = (code) => ({ 'Sign in': 'passed', Call: 'passed', 'Sign out': 'passed', Refusal: `refused ${code}` })
const AUDIENCE = signedIn('OIDC_AUDIENCE_MISMATCH')
const ISSUER = signedIn('OIDC_ISSUER_MISMATCH')
const TENANT = signedIn('OIDC_TENANT_FORBIDDEN')
const METHOD = { Discovery: 'passed', 'Sign in': 'passed', Refusal: 'refused OIDC_TOKEN_AGE_EXCEEDED' }

/** The outcome of each step of each row. */
const EXPECTED = {
  aisera: {
    Import: 'passed', 'Sign in': 'passed', Call: 'passed', 'Call elsewhere': 'passed', 'Sign out': 'passed',
    Refusal: 'refused OIDC_NONCE_MISMATCH', 'Refusal at the gate': 'refused OIDC_USER_UNKNOWN',
  },
  cognigy: {
    Configure: 'passed', 'Sign in at Auth0': 'passed', Call: 'passed', 'Sign out': 'passed',
    Refusal: 'refused OIDC_ALG_FORBIDDEN', 'Refusal: SAML': 'refused OIDC_CONFIG_INVALID',
  },
  servicenow: {
    'Sign in at Okta': 'passed', Call: 'passed', 'Refusal: used twice': 'refused OIDC_TOKEN_REPLAYED',
    'Refusal: no token': 'refused OIDC_CREDENTIAL_MISSING', 'Sign out': 'passed', 'Your call': 'passed',
  },
  entrust: AUDIENCE,
  adfs: ISSUER,
  auth0: TENANT,
  entra: TENANT,
  'azure-ad-b2c': ISSUER,
  eam: METHOD,
  'custom-controls': { Configure: 'passed', ...METHOD },
  google: TENANT,
  okta: ISSUER,
  forgerock: ISSUER,
  connectwise: AUDIENCE,
  salesforce: AUDIENCE,
  'entra-external-id': ISSUER,
  keycloak: ISSUER,
  cognito: AUDIENCE,
  apple: AUDIENCE,
  gitlab: AUDIENCE,
  linkedin: AUDIENCE,
  paypal: AUDIENCE,
  authelia: AUDIENCE,
  authentik: AUDIENCE,
  clerk: AUDIENCE,
  'cloudflare-access': ISSUER,
  descope: AUDIENCE,
  dex: AUDIENCE,
  firebase: { 'Sign in': 'passed', Call: 'passed', Refusal: 'refused OIDC_ISSUER_MISMATCH' },
  fusionauth: AUDIENCE,
  hydra: AUDIENCE,
  kinde: AUDIENCE,
  lemonldap: AUDIENCE,
  line: AUDIENCE,
  logto: AUDIENCE,
  pingone: AUDIENCE,
  slack: TENANT,
  twitch: AUDIENCE,
  zitadel: AUDIENCE,
}

/** The systems of issue 13, as rows. */
const NAMED = [
  'aisera', 'cognigy', 'servicenow', 'entrust', 'adfs', 'auth0', 'entra', 'azure-ad-b2c', 'eam', 'custom-controls', 'google', 'okta',
  'forgerock', 'connectwise', 'salesforce',
]

scenario('Systems: a click on each row runs it to its end, with the outcome of every step', { ...inOneEngine, systems: {} },
  async ({ page, servers, seen }) => {
    await open(page, servers)
    const ids = (await rowsOf(page)).map(({ id }) => id)
    assert.deepEqual(ids.slice(0, NAMED.length), NAMED, 'the named systems are first')
    await runEach(page, ids)
    const rows = await rowsOf(page)
    const found = Object.fromEntries(rows.map(({ id, steps }) => [id, steps]))
    assert.deepEqual(found, EXPECTED)
    assert.deepEqual(rows.filter(({ state }) => state !== 'passed').map(({ id }) => id), [])

    // The documented call, as the page writes it.
    const command = await page.$eval('#servicenow [data-testid=command]', (code) => code.textContent)
    const call = async () => (await promisify(execFile)('sh', ['-c', `${command} --silent`])).stdout
    assert.deepEqual(JSON.parse(await call()), { result: { caller: '62826bf03710200044e0bfc8bcbe5df1' } })
    assert.equal(await call(),
      '{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}')

    await page.$$eval('details', (all) => all.forEach((one) => { one.open = true }))
    await page.setViewport({ width: 360, height: 780 })
    const widths = () => [document.documentElement.scrollWidth, innerWidth]
    assert.deepEqual(await page.evaluate(widths), [360, 360], 'a phone scrolls in one direction only')
    assert.deepEqual(seen.console.filter((line) => !line.startsWith('countersign:')), [])
  })

const unavailable = { status: 503, headers: { 'content-type': 'text/plain' }, text: 'broken' }

scenario('Systems: Run all shows every row as failed if every system is broken',
  { ...inOneEngine, systems: { onRun: (run) => { run.fault = ({ url }) => run.row.id !== 'gate' && url.host !== 'app.example' && unavailable } } },
  async ({ page, servers }) => {
    await open(page, servers)
    await clickButton(page, 'Run all')
    const { length } = Object.keys(EXPECTED)
    await page.waitForFunction((text) => document.querySelector('[data-testid=summary]').textContent === text,
      { timeout: ALL_TIMEOUT_MS }, `0 of ${length} ran to their end, ${length} failed.`)
    for (const { id, state, steps } of await rowsOf(page)) {
      const outcomes = Object.values(steps).map((outcome) => outcome.split(' ')[0])
      assert.equal(state, 'failed', id)
      assert.equal(outcomes.filter((one) => one === 'failed').length, 1, `${id}: ${outcomes}`)
      assert.equal(outcomes.at(-1), 'skipped', id)
    }
    // A page cannot read an answer without the headers of CORS.
    assert.equal((await rowOf(page, 'okta')).steps['Sign in'], 'failed OIDC_NETWORK_FAILED')
    assert.equal((await rowOf(page, 'google')).steps['Sign in'], 'failed OIDC_PROVIDER_UNAVAILABLE')
  })

/** Breaks the token endpoint of Auth0, and lets no fault into the tokens of AD FS. */
function breakTwo(run) {
  if (run.row.id === 'auth0') run.fault = ({ endpoint }) => endpoint === 'token' && unavailable
  if (run.row.id !== 'adfs') return
  const { emulate } = run
  run.emulate = async (...given) => Object.defineProperty(await emulate(...given), 'fault', { value: new Proxy({}, { set: () => true }) })
}

scenario('Systems: by keyboard, a row with a broken emulator fails, and so does one whose wrong token is accepted',
  { ...inOneEngine, systems: { onRun: breakTwo } },
  async ({ page, servers }) => {
    await open(page, servers)
    const press = async (id) => {
      await page.focus(`#${id} button`)
      await page.keyboard.press('Enter')
      await isOver(page, id)
      assert.equal(await page.evaluate((id) => document.activeElement === document.querySelector(`#${id} button`), id), true)
      return rowOf(page, id)
    }
    const auth0 = await press('auth0')
    assert.deepEqual([auth0.state, auth0.steps],
      ['failed', { 'Sign in': 'failed OIDC_NETWORK_FAILED', Call: 'skipped', 'Sign out': 'skipped', Refusal: 'skipped' }])
    assert.match(auth0.text, /Auth0 failed: Sign in\./)
    const adfs = await press('adfs')
    assert.deepEqual([adfs.state, adfs.steps], ['failed', { ...ISSUER, Refusal: 'failed' }])
    assert.match(adfs.text, /was accepted/)
    const okta = await press('okta')
    assert.deepEqual([okta.state, okta.steps], ['passed', ISSUER])
    // A page of another site begins no run.
    for (const headers of [{}, { origin: 'https://other.example' }]) {
      assert.equal((await fetch(`${servers.systems}/runs/okta`, { method: 'POST', headers })).status, 403)
    }
    assert.match(await page.$eval('[data-testid=summary]', (one) => one.textContent), /^1 of \d+ ran to their end, 2 failed\.$/)
  })
