// The promises of the types to an app, checked by the compiler.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { folder } from '../support/package.mjs'

const tsc = fileURLToPath(
  new URL('../../../xtask/npm/node_modules/typescript/bin/tsc', import.meta.url),
)

/** The complaints of the compiler about a program. */
const complaintsAbout = async (t, program) => (await complaintsAboutEach(t, [program]))[0]

/** The complaints about each program. They are compiled at once, as modules that know nothing of each other. */
async function complaintsAboutEach(t, programs) {
  const home = await mkdtemp(join(tmpdir(), 'countersign-types-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const paths = {
    countersign: ['entry/page/default.d.ts'],
    'countersign/providers': ['entry/providers/default.d.ts'],
    'countersign/slim': ['entry/page/slim.d.ts'],
    'countersign/sessions': ['entry/sessions/default.d.ts'],
    'countersign/soft': ['entry/soft/default.d.ts'],
  }
  const compilerOptions = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
    paths: Object.fromEntries(
      Object.entries(paths).map(([name, [file]]) => [name, [fileURLToPath(new URL(file, folder))]]),
    ),
  }
  const names = programs.map((_, place) => `program${place}.ts`)
  await Promise.all(names.map((name, place) => writeFile(join(home, name), programs[place])))
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  const { stdout } = spawnSync(process.execPath, [tsc, '--project', home, '--pretty', 'false'], { encoding: 'utf8' })
  // A message begins with the name of its file; the lines behind it are indented.
  const messages = stdout.split(/\n(?! )/).filter(Boolean)
  const ofOthers = messages.filter((message) => !names.some((name) => message.includes(`${name}(`)))
  assert.deepEqual(ofOthers, [])
  return names.map((name) => messages.filter((message) => message.includes(`${name}(`)).join('\n'))
}

const settings = "{ issuer: 'https://op.example', clientId: 'c', redirectUri: '/cb' }"

test("the types accept an app's own claims, and fit the hooks of frameworks", async (t) => {
  const complaints = await complaintsAbout(
    t,
    `
    import { createClient, OidcError, type OidcCode, type Store, type User } from 'countersign'
    import { createClient as createSlim } from 'countersign/slim'
    import { soft, type Backend } from 'countersign/soft'

    interface MyClaims { role: 'admin' | 'reader'; groups?: string[] }
    const auth = createClient<MyClaims>(${settings})
    createSlim({ ...${settings}, module: () => WebAssembly.compileStreaming(fetch('/x')) })

    declare function useSyncExternalStore<T>(
      subscribe: (changed: () => void) => () => void, read: () => T): T
    const user: User<MyClaims> | null = useSyncExternalStore(auth.subscribe, () => auth.user)
    export const role: 'admin' | 'reader' | undefined = user?.role
    export const sub: string | undefined = user?.sub
    export const own: unknown = user?.['https://app.example/claim']

    auth.addEventListener('signedin', ({ user, fresh }) => { const r: string = user.role; fresh satisfies boolean; r })
    auth.addEventListener('error', ({ error }) => { const code: OidcCode = error.code; code })
    auth.addEventListener('signedout', ({ error }) => { const code: OidcCode | undefined = error?.code; code })
    auth.addEventListener('of another kind', (event: Event) => event)

    export async function use(signal: AbortSignal, x: unknown): Promise<void> {
      const store: Store = { get: async () => null, set() {}, remove() {} }
      createClient({ ...${settings}, store, navigate: (url) => url.length, fetch, log: console.info })
      const own: Backend = { algorithms: ['ES256'], load: async () => {}, verify: () => false }
      for (const backend of [soft, own]) createClient({ ...${settings}, backend })
      const good: boolean = soft.verify('ES256', { kty: 'EC' }, new Uint8Array(), new Uint8Array())
      const found = good && await auth.start({ signal })
      if (!found) await auth.signIn({ acrValues: ['a'], extra: { connection: 'x' }, signal })
      const isOut: boolean = await auth.frontchannelLogout({ signal })
      createClient({ ...${settings}, silentRedirectUri: '/', sessionCheck: 5, frontchannelLogoutSessionRequired: isOut })
      const { accessToken, expiresAt } = await auth.getAccessToken({ scope: 'x' })
      const response: Response = await auth.fetch(new URL('https://x.example'), { method: 'POST' })
      if (OidcError.is(x) && x.code === 'OIDC_ABORTED') console.log(x.hint, x.blame, x.at, x.cause)
      console.log(accessToken, expiresAt, response)
    }
    `,
  )
  assert.equal(complaints, '')
})

const slips = {
  'a setting with a slip': `createClient({ ...${settings}, cleintId: 'x' })`,
  'no client_id': "createClient({ issuer: 'https://op.example', redirectUri: '/' })",
  'a store without remove': `createClient({ ...${settings}, store: { get() {}, set() {} } })`,
  'a backend that cannot be loaded': `createClient({ ...${settings}, backend: { algorithms: [], verify: () => false } })`,
  'a code that is none': "new OidcError('OIDC_NOTHING')",
  'a change of the user': `createClient(${settings}).user!.sub = 'x'`,
  'an option of signIn with a slip': `createClient(${settings}).signIn({ login_hint: 'x' })`,
  'slim without a module': `createSlim(${settings})`,
}

test("the types of the edge accept an app's own claims and bindings", async (t) => {
  const complaints = await complaintsAbout(
    t,
    `
    import { createSessions, OidcError, type Session, type Sessions, type SessionsConfig } from 'countersign/sessions'

    interface MyClaims { role: 'admin' | 'reader' }
    const plain: SessionsConfig = { issuer: 'https://op.example', clientId: 'c', clientSecret: 's', secret: ['one', 'two'],
      cookie: { name: 'mine', sameSite: 'strict', maxAge: 60 }, onError: (error, request) => {
        if (error.code === 'OIDC_REQUEST_FORBIDDEN') return new Response(request.url)
      } }
    const sessions: Sessions<MyClaims> = createSessions<MyClaims>((env) => ({ ...plain, secret: String(env) }))
    export async function answer(request: Request, env: unknown, ctx: { waitUntil(work: Promise<unknown>): void }) {
      const answered: Response | undefined = await sessions.handle(request, { env, ctx })
      const user = (await sessions.session(request))?.user
      const role: 'admin' | 'reader' | undefined = user?.role
      return answered ?? sessions.with(request, async (session: Session<MyClaims> | null) => {
        const token = await session?.getAccessToken({ scope: 'x', signal: request.signal })
        const { status } = session ? await session.fetch('https://api.example/') : { status: 401 }
        return Response.json([role, session?.user.sub, token?.expiresAt], { status })
      }, { env, ctx })
    }
    export const is = OidcError.is({})
    // @ts-expect-error: who only looks has no tokens
    export const none = sessions.session(new Request('https://x.example')).then((session) => session?.getAccessToken())
    // @ts-expect-error: without a secret nothing can be sealed
    createSessions({ issuer: 'https://op.example', clientId: 'c', clientSecret: 's' })
    `,
  )
  assert.equal(complaints, '')
})

test('the compiler reports each mistake in its line', async (t) => {
  const head = [
    "import { createClient, OidcError } from 'countersign'",
    "import { createClient as createSlim } from 'countersign/slim'",
  ]
  const program = [...head, ...Object.values(slips)].join('\n')
  const complaints = await complaintsAbout(t, program)
  const lines = [...complaints.matchAll(/program0\.ts\((\d+),/g)].map(([, line]) => Number(line))
  const refused = new Set(lines.map((line) => Object.keys(slips)[line - head.length - 1]))
  assert.deepEqual([...refused], Object.keys(slips), complaints)
})

test('an option that the provider refuses does not compile', async (t) => {
  const program = (options) => `
    import { createClient, type Client } from 'countersign'
    import { createClient as createSlim } from 'countersign/slim'
    import { google, keycloak, okta } from 'countersign/providers'
    const app = { clientId: 'c', redirectUri: '/cb' }
    const auth = createClient({ ...app, provider: okta({ domain: 'example.okta.com' }) })
    const slim = createSlim({ ...app, provider: okta({ domain: 'example.okta.com' }), module: {} as WebAssembly.Module })
    const free = createClient({ ...app, provider: keycloak({ origin: 'https://id.example', realm: 'r' }) })
    const typed = createClient<{ role: string }>({ ...app, provider: okta({ domain: 'example.okta.com' }) })
    export const plain: Client[] = [auth, slim, free, typed, createClient(${settings})]
    free.signIn({ uiLocales: ['de'], claims: {} })
    auth.signIn({ prompt: 'login', maxAge: 5 })
    ${options}`
  const calls = ["auth.signIn({ uiLocales: ['de'] })", 'auth.signInPopup({ claims: {} })', "slim.signIn({ uiLocales: ['de'] })"]
  const [good, ...bad] = await complaintsAboutEach(t, ['', ...calls].map(program))
  assert.equal(good, '')
  for (const [place, call] of calls.entries()) assert.match(bad[place], /program\d+\.ts\(\d+,\d+\): error TS2322/, call)
})

test('a provider that serves no pages is no preset of a client', async (t) => {
  const complaints = await complaintsAbout(t, `
    import { createClient } from 'countersign'
    import { google } from 'countersign/providers'
    createClient({ clientId: 'c', redirectUri: '/cb', provider: google({}) })`)
  assert.match(complaints, /error TS2375/)
})

test('A4: the session of a client without a user has no user, and the types say so', async (t) => {
  const program = (line) => `
    import { createSessions, type TokenSession } from 'countersign/sessions'
    const own = { clientId: 'c', clientSecret: 's', secret: 'x', user: false } as const
    const metadata = { authorization_endpoint: 'https://a.example/a', token_endpoint: 'https://a.example/t' }
    const sessions = createSessions({ ...own, metadata })
    createSessions((env) => ({ ...own, secret: String(env), issuer: 'https://a.example', scope: 'inbox' }))
    const users = createSessions({ ...own, user: true, issuer: 'https://a.example' })
    export const named = users.with(new Request('x'), (session) => new Response(session?.user.sub))
    export const answer = sessions.with(new Request('x'), async (session: TokenSession | null) => {
      const none: null | undefined = session?.user
      return new Response(String(none) + (await session?.getIdToken({ renew: true })))
    })
    ${line}
  `
  const lines = [
    "export const who = sessions.with(new Request('x'), (session) => new Response(session?.user.sub))",
    'createSessions({ ...own, metadata, userInfo: true })',
    'createSessions({ ...own, metadata, maxAge: 5 })',
    "createSessions({ ...own, metadata, onSignIn: ({ user }) => user.sub })",
  ]
  const [good, ...bad] = await complaintsAboutEach(t, ['', ...lines].map(program))
  assert.equal(good, '')
  for (const [place, line] of lines.entries()) assert.match(bad[place], /error TS/, line)
})
