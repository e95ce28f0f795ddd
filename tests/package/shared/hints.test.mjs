// Hints: an address in every entry but the default one of a page, sentences after `explainErrors()`.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { bundle } from '../support/bundle.mjs'
import { addressOf, folder } from '../support/package.mjs'

const { allHints } = await import(new URL('generated/hints/all.js', folder))
const docs = await readFile(new URL('docs/errors.md', folder), 'utf8')
const headings = docs.split('\n').flatMap((line) => line.match(/^## (OIDC_\w+)$/)?.[1] ?? [])
const [PAGE, VERIFIER, SESSIONS] = [1, 2, 3]

/** The row of a code; sections are in the order of the core's numbers, as rows are. */
const rowOf = (code) => allHints[headings.indexOf(code)]
const sentence = (code, reader) => `${rowOf(code)[0]} ${rowOf(code)[reader]}`
const address = (code) => `See docs/errors.md#${code.toLowerCase()} in the countersign package.`

/** The output of a program with `print`, as JSON. It runs in a process that has loaded nothing else. */
function printedBy(program) {
  const all = `const print = (value) => console.log(JSON.stringify(value))\n${program}`
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', all], { encoding: 'utf8' })
  assert.equal(run.stderr, '')
  return run.stdout.trim().split('\n').map((line) => JSON.parse(line))
}

/** For each entry without sentences: a program that catches one of its errors, and who reads it. */
const ENTRIES = {
  './slim': ['createClient', 'createClient({})', 'OIDC_CONFIG_INVALID', PAGE],
  './edge': ['createVerifier', 'createVerifier({})', 'OIDC_CONFIG_INVALID', VERIFIER],
  './sessions': ['createSessions', 'createSessions({})', 'OIDC_CONFIG_INVALID', SESSIONS],
  './introspection': [
    'userinfo',
    `const { createVerifier } = await import('${await addressOf('./edge')}')
      const issuer = 'https://op.example'
      await createVerifier({ issuer, audience: 'api', userinfo: userinfo({}) }).userinfo('token', {})`,
    'OIDC_EXPECTED_INVALID',
    VERIFIER,
  ],
  './jose': [
    'verifyJws',
    'await verifyJws("token", { keys: [] }, { algorithms: ["ES256"] })',
    'OIDC_TOKEN_MALFORMED',
    VERIFIER,
  ],
  './servicenow': ['createGate', 'await createGate({}).entities()', 'OIDC_CONFIG_INVALID', VERIFIER],
  './eam': ['createExternalMethod', 'createExternalMethod({})', 'OIDC_CONFIG_INVALID', VERIFIER],
  './soft': ['soft', 'soft.verify("ES256", {}, new Uint8Array(), new Uint8Array())', 'OIDC_NOT_READY', VERIFIER],
}

for (const [path, [name, call, code, reader]] of Object.entries(ENTRIES)) {
  test(`a hint of ${path} is an address, and after explainErrors() a text`, async () => {
    const [entry, hints] = await Promise.all([path, './hints'].map((one) => addressOf(one)))
    const printed = printedBy(`
      import { ${name} } from '${entry}'
      import { explainErrors } from '${hints}'
      const fail = async () => { ${call} }
      const show = ({ code, hint, message }) => print({ code, hint, isInMessage: message.endsWith(hint) })
      await fail().catch(show)
      explainErrors()
      await fail().catch(show)`)
    assert.deepEqual(printed, [
      { code, hint: address(code), isInMessage: true },
      { code, hint: sentence(code, reader), isInMessage: true },
    ])
  })
}

test('D12: a hint names what its own reader can change', () => {
  for (const [code, reader, ...names] of [
    ['OIDC_PROVIDER_ERROR', PAGE, '`invalid_dpop_proof`', 'clock of this device'],
    ['OIDC_PROVIDER_ERROR', SESSIONS, '`invalid_client`', '`clientSecret`'],
    ['OIDC_AUDIENCE_MISMATCH', PAGE, '`clientId`', '`trustedAudiences`'],
    ['OIDC_AUDIENCE_MISMATCH', SESSIONS, '`clientId`', '`trustedAudiences`'],
    ['OIDC_AUDIENCE_MISMATCH', VERIFIER, '`audience`', '`trustedAudiences`'],
    ['OIDC_ALG_FORBIDDEN', PAGE, '`idTokenSignedResponseAlg`'],
    ['OIDC_ALG_FORBIDDEN', SESSIONS, "`idTokenSignedResponseAlg: 'HS256'`"],
    ['OIDC_CLOSED', PAGE, '`start()`'],
    ['OIDC_EXTRA_FORBIDDEN', PAGE, '`extra`'],
    ['OIDC_EXTRA_FORBIDDEN', SESSIONS, '`extra`'],
    ['OIDC_ACR_MISMATCH', SESSIONS, 'provider'],
    ['OIDC_CLAIM_INVALID', SESSIONS, '`requireNonce: false`'],
    ['OIDC_TOKEN_RESPONSE_INVALID', PAGE, '`access_token`', 'scope'],
    ['OIDC_TOKEN_RESPONSE_INVALID', SESSIONS, '`access_token`', 'scope'],
  ]) {
    const hint = rowOf(code)[reader]
    for (const name of names) assert.ok(hint.includes(name), `${code} ${reader}: ${hint}`)
  }
  assert.notEqual(rowOf('OIDC_AUDIENCE_MISMATCH')[PAGE], rowOf('OIDC_AUDIENCE_MISMATCH')[VERIFIER])
  assert.doesNotMatch(sentence('OIDC_ALG_FORBIDDEN', SESSIONS), /HS\*/)
})

test('the default entry of a page has its sentences without explainErrors()', async () => {
  const code = 'OIDC_SIGNIN_REQUIRED'
  const [printed] = printedBy(`import { createClient, OidcError } from '${await addressOf('.')}'
    createClient({ issuer: 'https://op.example', clientId: 'c', redirectUri: '/cb' })
    const { blame, hint } = new OidcError('${code}')
    print({ blame, hint })`)
  assert.deepEqual(printed, { blame: 'User', hint: sentence(code, PAGE) })
})

test('C5: with renewal, explainErrors() adds details, and on localhost the console and the reminder of start', async () => {
  const paths = ['./slim', './renewal', './hints', './countersign.wasm']
  const [slim, renewal, hints, wasm] = await Promise.all(paths.map((path) => addressOf(path)))
  const [before, after] = printedBy(`import { createClient } from '${slim}'
    import { renewal } from '${renewal}'
    import { explainErrors } from '${hints}'
    import { readFile } from 'node:fs/promises'
    const module = await WebAssembly.compile(await readFile(new URL('${wasm}')))
    globalThis.location = new URL('http://localhost/')
    let seen = []
    console.info = (text) => seen.push(text)
    const { setTimeout } = globalThis
    globalThis.setTimeout = (act, ms, ...rest) => setTimeout(act, ms === 5000 ? 1 : ms, ...rest)
    async function look() {
      seen = []
      const fetch = () => Promise.reject(new TypeError('down'))
      const settings = { issuer: 'https://nowhere.invalid', clientId: 'spa', redirectUri: '/cb', store: 'memory' }
      const auth = createClient({ ...settings, fetch, module, renewal })
      await new Promise((resolve) => setTimeout(resolve, 20))
      const { code, detail } = await auth.signIn().catch((error) => error)
      print({ code, detail, reminders: seen.filter((text) => text.includes('start()')).length })
      auth.close()
    }
    await look()
    explainErrors()
    await look()`)
  assert.deepEqual(before, { code: 'OIDC_NETWORK_FAILED', detail: '', reminders: 0 })
  assert.equal(after.reminders, 1)
  assert.match(after.detail, /^https:\/\/nowhere\.invalid\/\.well-known\/openid-configuration.*`issuer`/)
})

test('the default entry of a page replaces no hints: not those of explainErrors(), nor a verifier’s', async () => {
  const code = 'OIDC_TOKEN_EXPIRED'
  const [page, edge, hints] = await Promise.all(['.', './edge', './hints'].map((path) => addressOf(path)))
  const printed = printedBy(`import { OidcError } from '${edge}'
    const { explainErrors } = await import('${hints}')
    const show = () => print(new OidcError('${code}').hint)
    explainErrors()
    show()
    await import('${page}').then(({ createClient }) => createClient)
    show()`)
  const [summary, inPage, inVerifier] = rowOf(code)
  assert.deepEqual(printed, [
    sentence(code, VERIFIER),
    `${summary} In a page: ${inPage} In a verifier: ${inVerifier}`,
  ])
  const alone = printedBy(`import { OidcError } from '${edge}'
    import { createClient } from '${page}'
    createClient({ issuer: 'https://op.example', clientId: 'c', redirectUri: '/cb' })
    print(new OidcError('${code}').hint)`)
  assert.deepEqual(alone, [address(code)])
})

/** The hints of codes where these entries are loaded, after `explainErrors()`. */
async function explained(paths, codes) {
  const entries = await Promise.all(paths.map((path) => addressOf(path)))
  return printedBy(`import { OidcError } from '${entries[0]}'
    ${entries.slice(1).map((entry) => `import '${entry}'`).join('\n')}
    import { explainErrors } from '${await addressOf('./hints')}'
    explainErrors()
    for (const code of ${JSON.stringify(codes)}) print(new OidcError(code).hint)`)
}

test('each entry has the advice for its own readers', async () => {
  const code = 'OIDC_TOKEN_EXPIRED'
  for (const [path, reader] of [['./slim', PAGE], ['./edge', VERIFIER], ['./sessions', SESSIONS]]) {
    assert.deepEqual(await explained([path], [code]), [sentence(code, reader)], path)
  }
})

test('with a client and a verifier, a hint has the advice of both entries where they differ', async () => {
  const codes = ['OIDC_TOKEN_EXPIRED', 'OIDC_NETWORK_TIMEOUT', 'OIDC_NOT_READY', 'OIDC_SIGNIN_REQUIRED']
  for (const [path, place, reader] of [['./slim', 'a page', PAGE], ['./sessions', 'sessions', SESSIONS]]) {
    const [summary, ...advice] = rowOf(codes[0])
    const both = `${summary} In ${place}: ${advice[reader - 1]} In a verifier: ${advice[VERIFIER - 1]}`
    assert.deepEqual(await explained(['./edge', path], codes), [
      both,
      sentence(codes[1], VERIFIER),
      sentence(codes[2], VERIFIER),
      sentence(codes[3], reader),
    ])
  }
})

test('a code of an entry that is not loaded stays an address', async () => {
  const codes = ['OIDC_SIGNIN_REQUIRED', 'OIDC_SESSION_SENT']
  assert.deepEqual(await explained(['./edge'], codes), codes.map(address))
})

test('sessions that lack their bindings blame the app', async () => {
  const [printed] = printedBy(`import { createSessions } from '${await addressOf('./sessions')}'
    const sessions = createSessions(({ secret }) => ({ secret }))
    await sessions.session(new Request('https://app.example/'))
      .catch(({ code, blame }) => print({ code, blame }))`)
  assert.deepEqual(printed, { code: 'OIDC_ENV_MISSING', blame: 'App' })
})

/** The sentences of the table that a program contains; short ones can be of another origin. */
async function sentencesIn(path) {
  const program = `export * from '${path}'`
  const text = await bundle(program, folder, { external: ['*.wasm', 'cloudflare:workers', 'node:*'] })
  const all = allHints.flat().filter((one) => one.length > 30)
  return all.filter((one) => text.includes(one) || text.includes(JSON.stringify(one).slice(1, -1)))
}

test('only the hints and the default page entry contain sentences', async () => {
  for (const path of ['page/slim', 'page/renewal', 'edge/workerd', 'sessions/workerd', 'introspection/workerd',
    'jose/workerd', 'soft/workerd', 'edge/default', 'sessions/default']) {
    assert.deepEqual(await sentencesIn(`./entry/${path}.js`), [], path)
  }
  for (const path of ['page/hints', 'page/workerd']) {
    assert.ok((await sentencesIn(`./entry/${path}.js`)).length > 60, path)
  }
})

test("the package's documentation has a section for every code", async () => {
  assert.equal(new Set(headings).size, allHints.length)
  assert.ok((await readFile(new URL('SECURITY.md', folder), 'utf8')).startsWith('# '))
})
