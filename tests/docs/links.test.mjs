// Links between documents lead somewhere, and every path that they name exists.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { documents, root, slugOf, textOf } from './harness/examples.mjs'

const exists = (path) => existsSync(new URL(path, root))
/** A document without its code blocks. */
const proseOf = (file) => textOf(file).replaceAll(/^ *```[^]*?^ *```$/gm, '')

/** The addresses inside a document: those of its headings and of its own anchors. */
function anchorsOf(file) {
  const counts = new Map()
  const anchors = new Set()
  for (const [, heading] of proseOf(file).matchAll(/^#+ (.*)$/gm)) {
    const slug = slugOf(heading)
    const count = counts.get(slug) ?? 0
    counts.set(slug, count + 1)
    anchors.add(count ? `${slug}-${count}` : slug)
  }
  for (const [, id] of proseOf(file).matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id)
  return anchors
}

/** The target of a link. The package ships these files next to its README. */
function targetOf(file, link) {
  const [path, anchor] = link.split('#')
  const folder = file === 'pkg-template/README.md' ? '.' : posix.dirname(file)
  return { path: path ? posix.normalize(posix.join(folder, path)) : file, anchor }
}

test('every relative link leads to a file, and to a heading in it', () => {
  const dead = []
  for (const file of documents()) {
    const links = [...proseOf(file).matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(([, a, b]) => a ?? b)
    for (const link of links.filter((one) => !/^\w+:/.test(one))) {
      const { path, anchor } = targetOf(file, link)
      const isThere = exists(path) && (!anchor || anchorsOf(path).has(anchor))
      if (!isThere) dead.push(`${file}: ${link}`)
    }
  }
  assert.deepEqual(dead, [])
})

test('the files that the package ships link to each other only', () => {
  const shipped = ['SECURITY.md', 'docs/errors.md', 'pkg-template/README.md']
  const outside = shipped.flatMap((file) => {
    const links = [...proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link)
    const targets = links.filter((one) => !/^\w+:/.test(one)).map((one) => targetOf(file, one).path)
    return targets.filter((path) => !shipped.includes(path)).map((path) => `${file}: ${path}`)
  })
  assert.deepEqual(outside, [])
})

test('the index of the documentation links to every page', () => {
  const text = textOf('docs/README.md')
  const pages = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md') && name !== 'README.md')
  assert.deepEqual(pages.filter((name) => !text.includes(`(${name})`)), [])
})

const TOP = '(?:src|pkg-template|tests|xtask|www|docs|examples|\\.github|\\.ci|\\.cargo)'
/** Files that a build or a run makes. */
const MADE = /^(?:www\/dist|docs\/errors\.md)/

test('every path of the repository that a document names exists', () => {
  const missing = []
  for (const file of documents().filter((name) => name !== 'CHANGELOG.md')) {
    for (const [, code] of proseOf(file).matchAll(/`([^`\n]+)`/g)) {
      const [path] = new RegExp(`^${TOP}/[\\w.*{},/<>-]*$`).exec(code) ?? []
      if (!path || path.includes('<') || MADE.test(path)) continue
      // A README in a folder may name files from there.
      const places = [path, posix.join(posix.dirname(file), path)]
      if (!places.some((place) => expand(place).every(matches))) missing.push(`${file}: ${path}`)
    }
  }
  assert.deepEqual(missing, [])
})

test('every name that a document cites beside a file is in that file', () => {
  const missing = []
  for (const file of documents()) {
    for (const [, path, name] of proseOf(file).matchAll(/`([\w./-]+\.(?:rs|ts|mjs|js))`, `(\w+)`(?! in)/g)) {
      if (exists(path) && !textOf(path).includes(name)) missing.push(`${file}: ${name} in ${path}`)
    }
    for (const [, name, path] of proseOf(file).matchAll(/`(\w+)` (?:in|of) `([\w./-]+\.(?:rs|ts|mjs|js))`/g)) {
      if (exists(path) && !textOf(path).includes(name)) missing.push(`${file}: ${name} in ${path}`)
    }
  }
  assert.deepEqual(missing, [])
})

/** `a/{b,c}.ts` as two paths. */
const expand = (path) => {
  const [, before, list, after] = /^(.*?)\{([^}]*)\}(.*)$/.exec(path) ?? []
  return list === undefined ? [path] : list.split(',').flatMap((one) => expand(before + one + after))
}

/** Whether a path with `*` is that of a file. */
function matches(path) {
  if (!path.includes('*')) return exists(path)
  const [folder, name] = [posix.dirname(path), posix.basename(path)]
  const pattern = new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
  return exists(folder) && readdirSync(fileURLToPath(new URL(folder, root))).some((one) => pattern.test(one))
}
