// The examples of the documentation: every fenced code block of its Markdown files, by an address.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = new URL('../../../', import.meta.url)

/** The Markdown files that people read, by their paths from the root of the repository. */
export function documents() {
  return ['', 'docs/', 'examples/', 'pkg-template/', 'tests/', 'www/'].flatMap(markdownIn).sort()
}

/** The Markdown files of a folder, and of the folders in it. Those of the root are of the root alone. */
function markdownIn(folder) {
  const place = new URL(folder || '.', root)
  if (!existsSync(place)) return []
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`
    if (entry.isDirectory()) return folder && !MADE.has(entry.name) ? markdownIn(`${path}/`) : []
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** Folders that a tool fills, or that were written elsewhere. */
const MADE = new Set(['node_modules', 'dist', '.next', 'target', 'corpus', 'jose-cookbook'])

export const textOf = (file) => readFileSync(new URL(file, root), 'utf8')

/** The address of a heading, as GitHub makes it. */
export const slugOf = (heading) =>
  heading
    .replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\p{Mark}_ -]/gu, '')
    .replaceAll(' ', '-')

/**
 * The code blocks of a file: `id` is the file with the address of the heading above, and a number
 * from the second block below that heading on: `docs/edge.md#keys`, `docs/edge.md#keys.2`.
 */
export function examplesIn(file) {
  const found = []
  const counts = new Map()
  let heading = ''
  let open
  for (const line of textOf(file).split('\n')) {
    const fence = /^ *```(.*)$/.exec(line)
    if (fence && !open) {
      const count = (counts.get(heading) ?? 0) + 1
      counts.set(heading, count)
      open = { id: `${file}#${heading}${count > 1 ? `.${count}` : ''}`, file, language: fence[1], lines: [] }
    } else if (fence) {
      const { lines, ...rest } = open
      found.push({ ...rest, code: `${lines.join('\n')}\n` })
      open = undefined
    } else if (open) open.lines.push(line)
    else heading = slugOf(/^#+ (.*)$/.exec(line)?.[1] ?? '') || heading
  }
  if (open) throw new Error(`${open.id} has no end`)
  return found
}

/** The examples of the pages of provider presets, which are generated. */
export const providerExamples = () =>
  documents().filter((file) => file.startsWith('docs/providers/')).flatMap(examplesIn)

/** One example. */
export function example(id) {
  const found = examplesIn(id.split('#')[0]).find((one) => one.id === id)
  if (!found) throw new Error(`There is no example ${id}`)
  return found
}

/** The files that examples import: the client of Getting started, and the README's hook. */
export const shared = () => ({
  'auth.ts': example('docs/getting-started.md#3-create-the-client').code,
  'use-auth.ts': example('README.md#react').code,
})
