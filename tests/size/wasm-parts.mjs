// The size of each part of a wasm module, by the module of the Rust source. The input must still have
// the names of its functions.
import { brotliCompressSync, constants } from 'node:zlib'

const [CUSTOM, IMPORT, CODE, DATA] = [0, 2, 10, 11]
const FUNCTION_NAMES = 1
/** Parts below this size share one row, in bytes. */
const MIN_PART_BYTES = 400

/**
 * The parts of a wasm module, the largest first: `{ part, raw, brotli }`. `raw` is the size of the
 * code, `brotli` the difference that the part makes to the compressed module.
 */
export function partsOf(module) {
  const { functions, data, others } = read(module)
  const pieces = new Map([['texts and tables', [data]]])
  for (const { name, bytes } of functions) {
    const part = partOf(name)
    pieces.set(part, [...(pieces.get(part) ?? []), bytes])
  }
  const whole = [...pieces.values()].flat()
  const total = compressed([others, ...whole])
  const rows = [...pieces].map(([part, bodies]) => {
    const rest = whole.filter((body) => !bodies.includes(body))
    return { part, raw: size(bodies), brotli: total - compressed([others, ...rest]) }
  })
  return withSmallOnesJoined(rows).toSorted((a, b) => b.raw - a.raw)
}

/** The part that a function belongs to: a module of this crate, another crate, or the exports. */
export function partOf(name = '') {
  const path = /(?:^|[ <&])countersign::([\w:]+)/.exec(name)?.[1].split('::') ?? []
  const modules = path.filter((part) => /^[a-z]/.test(part)).slice(0, path[0] === 'proto' ? 3 : 2)
  if (modules.length > 1) return modules.join('/')
  const [crate] = /\b(?:alloc|core|rlsf|sha2)\b/.exec(name) ?? []
  return crate ? `crate ${crate}` : 'exports, with inlined code'
}

function withSmallOnesJoined(rows) {
  const large = rows.filter(({ raw }) => raw >= MIN_PART_BYTES)
  const small = rows.filter(({ raw }) => raw < MIN_PART_BYTES)
  const sum = (name) => small.reduce((all, row) => all + row[name], 0)
  return [...large, { part: `${small.length} smaller ones`, raw: sum('raw'), brotli: sum('brotli') }]
}

const size = (parts) => parts.reduce((all, part) => all + part.length, 0)

function compressed(parts) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: size(parts) }
  return brotliCompressSync(Buffer.concat(parts), { params }).length
}

/** The functions of a module with their names, its data, and its other shipped sections. */
function read(module) {
  const sections = sectionsOf(module)
  const bodies = sections.filter(({ id }) => id === CODE).flatMap(({ bytes }) => bodiesOf(bytes))
  const imported = sections.filter(({ id }) => id === IMPORT).map(({ bytes }) => countOf(bytes))[0] ?? 0
  const names = sections.filter(({ id }) => id === CUSTOM).reduce((all, { bytes }) => namesOf(bytes, all), new Map())
  const functions = bodies.map((bytes, place) => ({ bytes, name: names.get(place + imported) }))
  const data = Buffer.concat(sections.filter(({ id }) => id === DATA).map(({ bytes }) => bytes))
  const others = sections.filter(({ id }) => ![CUSTOM, CODE, DATA].includes(id)).map(({ bytes }) => bytes)
  return { functions, data, others: Buffer.concat(others) }
}

function sectionsOf(module) {
  const sections = []
  for (const reader = readerOf(module, 8); !reader.isAtEnd(); ) {
    sections.push({ id: reader.byte(), bytes: reader.bytes(reader.number()) })
  }
  return sections
}

function bodiesOf(bytes) {
  const reader = readerOf(bytes)
  return Array.from({ length: reader.number() }, () => reader.bytes(reader.number()))
}

function namesOf(bytes, names) {
  const reader = readerOf(bytes)
  if (reader.text() !== 'name') return names
  while (!reader.isAtEnd()) {
    const [kind, part] = [reader.byte(), readerOf(reader.bytes(reader.number()))]
    if (kind !== FUNCTION_NAMES) continue
    for (let left = part.number(); left > 0; left -= 1) names.set(part.number(), part.text())
  }
  return names
}

/** The number of imported functions. These modules import nothing else. */
const countOf = (bytes) => readerOf(bytes).number()

function readerOf(bytes, at = 0) {
  const number = () => {
    let [value, shift, byte] = [0, 0, 0]
    do {
      byte = bytes[at++]
      value += (byte & 127) * 2 ** shift
      shift += 7
    } while (byte & 128)
    return value
  }
  const take = (length) => bytes.subarray(at, (at += length))
  return {
    isAtEnd: () => at >= bytes.length,
    byte: () => bytes[at++],
    number,
    bytes: take,
    text: () => Buffer.from(take(number())).toString(),
  }
}
