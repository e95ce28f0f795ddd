// Compiles the package's scripts: `compile.mjs OUT SRC [NAME FILE]...`. Every TypeScript file below SRC
// becomes a JavaScript file below OUT with the same path; SRC may be empty. Each FILE is JavaScript
// already and goes to NAME below OUT. tsc checks and writes the types.
//
// terser shortens the code and the names inside functions. Exports, functions and classes keep their
// names and statements keep their lines, so a stack trace is readable without the source map. A map
// with the source text is beside each file; a browser loads it only when its developer tools are open.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { transform } from 'esbuild'
import { minify } from 'terser'
import { INTERNAL_NAMES, SHORT_NAMES } from './internal-names.mjs'

const [out, src, ...named] = process.argv.slice(2)

/** Options of esbuild. They must agree with pkg-template/tsconfig.json. */
const TYPESCRIPT = {
  loader: 'ts',
  format: 'esm',
  target: 'es2022',
  sourcemap: 'external',
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
}

/** Options of terser. */
const MINIFIED = {
  module: true,
  ecma: 2020,
  // A function that is called once stays a function: inlined, it makes a page heavier after brotli.
  compress: { passes: 3, reduce_funcs: false },
  mangle: {
    toplevel: false,
    module: false,
    keep_fnames: true,
    keep_classnames: true,
    properties: { regex: new RegExp(`^(?:${INTERNAL_NAMES.join('|')})$`), keep_quoted: 'strict' },
  },
  format: { comments: false, preserve_annotations: true, semicolons: false },
}

/** The same short names in every file. terser expects a `$` before each name, and changes its input. */
const nameCache = () => ({
  props: { props: Object.fromEntries(INTERNAL_NAMES.map((name, index) => [`$${name}`, SHORT_NAMES[index]])) },
})

async function compileTypeScript(name) {
  const text = await readFile(join(src, name), 'utf8')
  const script = name.replace(/\.ts$/, '.js')
  const sourcefile = relative(dirname(script), join('src', name)) || name
  const { code, map } = await transform(text, { ...TYPESCRIPT, sourcefile })
  await write(script, code, map)
}

/** Minifies a script and writes it with its source map. */
async function write(name, text, map) {
  const file = join(out, name)
  const url = `${name.split('/').at(-1)}.map`
  const sourceMap = { filename: url.slice(0, -4), url, includeSources: true, ...(map && { content: map }) }
  const minified = await minify({ [name]: text }, { ...MINIFIED, nameCache: nameCache(), sourceMap })
  await mkdir(dirname(file), { recursive: true })
  await Promise.all([writeFile(file, `${minified.code}\n`), writeFile(`${file}.map`, minified.map)])
}

const all = src ? await readdir(src, { recursive: true }) : []
const sources = all.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
await Promise.all(sources.map(compileTypeScript))
for (let at = 0; at < named.length; at += 2) {
  await write(named[at], await readFile(named[at + 1], 'utf8'))
}
