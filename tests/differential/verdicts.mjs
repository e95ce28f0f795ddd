// The verdicts of two verifiers on one token, and whether a difference is intended.
import { read, write } from './makers.mjs'

/** A verdict on a token: its content, or why it is refused. */
export async function verdict(work) {
  try {
    const { payload, plaintext } = await work()
    return { said: write(payload ?? plaintext) }
  } catch (error) {
    return { code: error.code ?? error.name }
  }
}

/** A header's own words, found without a reader of ours or of the other side. */
const headerOf = (token) => read(token.split('.')[0]).toString()

const isCanonical = (part) => /^[\w-]*$/.test(part) && write(read(part)) === part

/** A member name that stands twice, at any depth, however it is escaped. */
function hasTwice(text) {
  let twice = false
  const stack = []
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:|[{}]/gs)) {
    if (token === '{') stack.push(new Set())
    else if (token === '}') stack.pop()
    else {
      const name = JSON.parse(token.replace(/\s*:$/, ''))
      twice ||= stack.at(-1)?.has(name) ?? false
      stack.at(-1)?.add(name)
    }
  }
  return twice
}

/** Text that two readers could understand differently is refused here. Other libraries may accept it. */
function isStrictJson(text) {
  const isAmbiguous = /\\ud8|\\u0000|\0|\ufffd|^\ufeff/.test(text)
  return depth(text) < 33 && !isAmbiguous && !hasTwice(text)
}

/** How deep lists lie in lists. */
function depth(text) {
  let [now, most] = [0, 0]
  for (const letter of text) {
    if (letter === '[') now += 1
    else if (letter === ']') now -= 1
    most = Math.max(most, now)
  }
  return most
}

const isText = (value) => value === undefined || typeof value === 'string'

/** The refusals that others do not share, by code: each with the proof that it is one of them. */
const STRICTER = {
  OIDC_TOKEN_MALFORMED: [
    ['not canonical base64url', (token) => !token.split('.').every(isCanonical)],
    ['not strict JSON', (token) => !isStrictJson(headerOf(token))],
    [
      'kid, typ, cty, apu or apv of another type',
      (token) => {
        const header = JSON.parse(headerOf(token))
        return !['kid', 'typ', 'cty', 'apu', 'apv'].every((name) => isText(header[name]))
      },
    ],
  ],
  OIDC_CRIT_UNSUPPORTED: [
    ['crit, b64 or zip', (token) => /"(crit|b64|zip)"/.test(headerOf(token))],
  ],
}

/** Why ours may refuse what the other side takes; nothing, when it may not. */
export function reason(token, code) {
  const found = STRICTER[code]?.find(([, proves]) => proves(token))
  return found && `${code}: ${found[0]}`
}
