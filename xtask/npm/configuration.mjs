// Prints docs/configuration.md: the settings as the types describe them (`pkg-template/src/**/types.ts`),
// compared with the tables that check them (`src/proto/settings.rs`). The first argument is a JSON file
// with the tables. A setting that only one side knows, or that has no description, is an error.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const SRC = new URL('../../pkg-template/src/', import.meta.url)
const FILES = readdirSync(SRC, { recursive: true })
  .filter((name) => name.endsWith('types.ts'))
  .map((name) => fileURLToPath(new URL(name, SRC)))

/**
 * The sections of the page. `tables` names tables of settings.rs; without them the types alone say
 * what there is. `own` are settings that TypeScript checks by itself; `hidden` are settings of the table
 * that no app gives here.
 */
const SECTIONS = [
  {
    title: 'createClient',
    type: 'ClientConfig',
    intro:
      '`createClient(config)` of `countersign`. It makes no request. A setting of the wrong type, or an unknown\n' +
      'one, throws `OIDC_CONFIG_INVALID` with its name in `at`. Values are checked by the first call that needs them.',
    tables: ['CLIENT_SETTINGS'],
    own: ['vault'],
    hidden: ['module', 'renewal'],
    rows: [
      ['module', '`WebAssembly.Module`, a promise of one, or a function that returns one', 'required in `countersign/slim`', 'The compiled `sign-in.wasm` or `countersign.wasm`. Only in `countersign/slim`.'],
      ['renewal', '`Renewal`', '', '`renewal` of `countersign/renewal`, for `countersign.wasm`. Only in `countersign/slim`.'],
    ],
  },
  { title: 'vault', type: 'VaultConfig', intro: 'The setting `vault`, see [Vault](vault.md).' },
  { title: 'apis', type: 'ApiNeed', intro: 'The values of the setting `apis`.', tables: ['API_NEED'] },
  {
    title: 'signIn and signInPopup',
    type: 'SignInOptions',
    intro: 'A wrong or unknown option rejects with `OIDC_SIGNIN_OPTION_INVALID`.',
    tables: ['SIGN_IN_OPTIONS'],
    own: ['signal'],
  },
  {
    title: 'getAccessToken',
    type: 'TokenOptions',
    intro: 'In a page, and of a session on a server.',
    tables: ['API_NEED'],
    own: ['signal', 'renew'],
  },
  {
    title: 'signOut',
    type: 'SignOutOptions',
    intro: 'A wrong or unknown option rejects with `OIDC_SIGNIN_OPTION_INVALID`.',
    tables: ['SIGN_OUT_OPTIONS'],
    own: ['signal'],
  },
  {
    title: 'createVerifier',
    type: 'VerifierConfig',
    intro:
      '`createVerifier(config)` of `countersign/edge`. `config` can be a function of the bindings (`env`) of a\n' +
      'Workers runtime.',
    tables: ['VERIFIER_SETTINGS'],
  },
  { title: 'guard', type: 'RouteRequirements', intro: 'The requirements of a route: the second argument of `guard`.' },
  {
    title: 'verify and verifySync',
    type: 'Expected',
    intro: 'What is expected of this token: the second argument. A wrong or unknown one rejects with `OIDC_EXPECTED_INVALID`.',
    tables: ['VERIFY_OPTIONS'],
  },
  {
    title: 'introspection',
    type: 'IntrospectionSettings',
    intro: '`introspection(settings)` of `countersign/introspection`.',
    tables: ['INTROSPECTION_SETTINGS'],
  },
  {
    title: 'userinfo',
    type: 'UserinfoSettings',
    intro: '`userinfo(settings)` of `countersign/introspection`.',
    tables: ['USERINFO_SETTINGS'],
  },
  {
    title: 'createSessions',
    type: 'SessionsConfig',
    intro:
      '`createSessions(config)` of `countersign/sessions`. `config` can be a function of the bindings (`env`) of a\n' +
      'Workers runtime.',
    tables: ['SESSIONS_SETTINGS'],
    own: ['baseUrl', 'basePath', 'redirectUri', 'maxCookieBytes', 'secret', 'cookie', 'backend', 'allowInsecure', 'fetch', 'log', 'onError', 'onSignIn'],
    hidden: ['redirectUri'],
  },
  {
    title: 'createMachineClient',
    type: 'MachineConfig',
    intro:
      '`createMachineClient(config)` of `countersign/client-credentials`. `config` can be a function of the bindings (`env`)\n' +
      'of a Workers runtime.',
    tables: ['MACHINE_SETTINGS'],
    own: ['fetch', 'log'],
  },
  { title: 'cookie', type: 'CookieConfig', intro: 'The setting `cookie` of `createSessions`.' },
  {
    title: 'createGate',
    type: 'GateConfig',
    intro:
      '`createGate(config)` of `countersign/servicenow`. `config` can be a function of the bindings (`env`) of a\n' +
      'Workers runtime.',
  },
  { title: 'entities', type: 'Entity', intro: 'An element of the setting `entities` of `createGate`.' },
  { title: 'policies', type: 'ApiAccessPolicy', intro: 'An element of the setting `policies` of `createGate`.' },
  { title: 'verifyJws', type: 'VerifyOptions', intro: 'The third argument of `verifyJws` of `countersign/jose`.' },
  {
    title: 'decryptJwe and decryptionKeys',
    type: 'DecryptOptions',
    intro: 'The last argument of both functions of `countersign/jose`.',
  },
]

const program = ts.createProgram(FILES, { strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] })
const checker = program.getTypeChecker()
const errors = []

const types = new Map()
for (const file of FILES) {
  ts.forEachChild(program.getSourceFile(file), (node) => {
    if (ts.isInterfaceDeclaration(node)) types.set(node.name.text, checker.getTypeAtLocation(node))
  })
}

/** The members of an interface, inherited ones included. */
function membersOf(name) {
  const type = types.get(name)
  if (!type) throw new Error(`There is no interface ${name} in the files *types.ts`)
  return checker.getPropertiesOfType(type).map((symbol) => {
    const [declaration] = symbol.declarations
    const tags = Object.fromEntries(
      symbol.getJsDocTags(checker).map(({ name, text }) => [name, ts.displayPartsToString(text)]),
    )
    return {
      name: symbol.name,
      type: declaration.type.getText().replaceAll(/\s+/g, ' '),
      kind: kindOf(checker.getTypeOfSymbol(symbol)),
      required: !declaration.questionToken,
      fallback: tags.default,
      text: ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll(/\s+/g, ' ').trim(),
    }
  })
}

/** The shape of a value, in the words of settings.rs. */
function kindOf(type) {
  const parts = (type.isUnion() ? type.types : [type]).filter(({ flags }) => !(flags & ts.TypeFlags.Undefined))
  const kinds = new Set(parts.map((part) => {
    if (part.flags & ts.TypeFlags.StringLike) return 'text'
    if (part.flags & ts.TypeFlags.BooleanLike) return 'bool'
    if (part.flags & ts.TypeFlags.NumberLike) return 'number'
    if (part.getCallSignatures().length > 0) return 'function'
    const item = checker.getIndexTypeOfType(part, ts.IndexKind.Number)
    const items = item?.isUnion() ? item.types : [item]
    if (item && items.every(({ flags }) => flags & ts.TypeFlags.StringLike)) return 'texts'
    return part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection) ? 'object' : 'any'
  }))
  const all = [...kinds].sort().join(' ')
  return { 'text texts': 'textOrTexts', 'object text': 'textOrObject' }[all] ?? (kinds.size === 1 ? all : 'any')
}

/** Compares an interface with the tables that check it. */
function compare({ title, tables = [], own = [], hidden = [] }, members, given) {
  if (tables.length === 0) return
  const rows = new Map(tables.flatMap((name) => given[name]).map((row) => [row.name, row]))
  for (const { name, kind, required } of members) {
    const row = rows.get(name)
    if (!row && !own.includes(name)) errors.push(`${title}: settings.rs does not know \`${name}\``)
    if (!row) continue
    if (row.kind !== 'any' && row.kind !== kind) errors.push(`${title}: \`${name}\` is ${kind} in types.ts, ${row.kind} in settings.rs`)
    if (row.required !== required && !hidden.includes(name)) errors.push(`${title}: \`${name}\` is required on one side only`)
  }
  const known = new Set([...members.map(({ name }) => name), ...hidden])
  for (const name of rows.keys()) if (!known.has(name)) errors.push(`${title}: types.ts does not know \`${name}\``)
}

const cell = (text) => text.replaceAll('|', '\\|')
/** A default: code, or a phrase in which quoted values are code. */
function written(text = '') {
  if (/^(?:'[^']*'|\d+|true|false|[\w.]+\.[\w.]+|openid [\w ]+)$/.test(text)) return `\`${text}\``
  return text.replaceAll(/'\w+'/g, (value) => `\`${value}\``)
}

function render(section, given) {
  const members = membersOf(section.type)
  compare(section, members, given)
  const renewal = new Set(section.title === 'createClient' ? given.ONLY_WITH_RENEWAL : [])
  const lines = members.filter(({ name }) => name !== 'signal').map(({ name, type, required, fallback, text }) => {
    if (!text) errors.push(`${section.title}: \`${name}\` has no description`)
    const more = renewal.has(name) && !text.includes('countersign/slim') ? ' Not in `countersign/slim` without `renewal`.' : ''
    return [`\`${name}\``, `\`${type}\``, required ? 'required' : written(fallback), text + more]
  })
  const rows = [...lines, ...(section.rows ?? []).map(([name, ...rest]) => [`\`${name}\``, ...rest])]
  const table = [['setting', 'type', 'default', 'meaning'], ['---', '---', '---', '---'], ...rows]
  const text = table.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')
  return `## ${section.title}\n\n${section.intro}\n\n${text}\n`
}

const given = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const page = `<!-- Generated by \`cargo xtask docs\` from the types and from src/proto/settings.rs. Do not edit. -->

# Configuration

Every setting and option, with its type and default. Times are in seconds. Every call that waits also takes a
\`signal\` (\`AbortSignal\`); an aborted call rejects with \`OIDC_ABORTED\`.

${SECTIONS.map((section) => render(section, given)).join('\n')}`
if (errors.length > 0) {
  console.error(errors.join('\n'))
  process.exit(1)
}
process.stdout.write(page)
