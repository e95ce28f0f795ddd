// Where the bytes of a module go, by the rooms of the house: for each, its code as it is, and what
// brotli would be rid of without it. The module must have kept the names of its functions.
import { brotliCompressSync, constants } from 'node:zlib'

const [CUSTOM, IMPORT, CODE, DATA] = [0, 2, 10, 11]
const FUNCTION_NAMES = 1
/** Rooms that together are less than this go into one line, in bytes. */
const SMALL = 400

/** The rooms of a module, the heaviest first: `{ room, raw, brotli }`. */
export function roomsOf(module) {
  const { functions, data, kept } = read(module)
  const pieces = new Map([['texts and tables', [data]]])
  for (const { name, bytes } of functions) {
    const room = roomOf(name)
    pieces.set(room, [...(pieces.get(room) ?? []), bytes])
  }
  const whole = [...pieces.values()].flat()
  const total = compressed([kept, ...whole])
  const rows = [...pieces].map(([room, parts]) => {
    const rest = whole.filter((part) => !parts.includes(part))
    return { room, raw: size(parts), brotli: total - compressed([kept, ...rest]) }
  })
  return gathered(rows).toSorted((a, b) => b.raw - a.raw)
}

/** A room of the house, a crate, or the border that wasm-bindgen makes. */
export function roomOf(name = '') {
  const path = /(?:^|[ <&])countersign::([\w:]+)/.exec(name)?.[1].split('::') ?? []
  const rooms = path.filter((part) => /^[a-z]/.test(part)).slice(0, path[0] === 'proto' ? 3 : 2)
  if (rooms.length > 1) return rooms.join('/')
  const [crate] = /\b(?:alloc|core|rlsf|sha2)\b/.exec(name) ?? []
  return crate ? `crate ${crate}` : 'exports, with what is inlined there'
}

function gathered(rows) {
  const [large, small] = [rows.filter(({ raw }) => raw >= SMALL), rows.filter(({ raw }) => raw < SMALL)]
  const sum = (name) => small.reduce((all, row) => all + row[name], 0)
  return [...large, { room: `${small.length} smaller ones`, raw: sum('raw'), brotli: sum('brotli') }]
}

const size = (parts) => parts.reduce((all, part) => all + part.length, 0)

function compressed(parts) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: size(parts) }
  return brotliCompressSync(Buffer.concat(parts), { params }).length
}

/** The functions of a module with their names, its data, and the rest of what is shipped of it. */
function read(module) {
  const sections = sectionsOf(module)
  const bodies = sections.filter(({ id }) => id === CODE).flatMap(({ bytes }) => bodiesOf(bytes))
  const imported = sections.filter(({ id }) => id === IMPORT).map(({ bytes }) => countOf(bytes))[0] ?? 0
  const names = sections.filter(({ id }) => id === CUSTOM).reduce((all, { bytes }) => namesOf(bytes, all), new Map())
  const functions = bodies.map((bytes, place) => ({ bytes, name: names.get(place + imported) }))
  const data = Buffer.concat(sections.filter(({ id }) => id === DATA).map(({ bytes }) => bytes))
  const kept = sections.filter(({ id }) => ![CUSTOM, CODE, DATA].includes(id)).map(({ bytes }) => bytes)
  return { functions, data, kept: Buffer.concat(kept) }
}

function sectionsOf(module) {
  const sections = []
  for (const reader = readerOf(module, 8); !reader.isOver(); ) {
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
  while (!reader.isOver()) {
    const [kind, part] = [reader.byte(), readerOf(reader.bytes(reader.number()))]
    if (kind !== FUNCTION_NAMES) continue
    for (let left = part.number(); left > 0; left -= 1) names.set(part.number(), part.text())
  }
  return names
}

/** How many functions are imported: every import of these modules is one. */
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
    isOver: () => at >= bytes.length,
    byte: () => bytes[at++],
    number,
    bytes: take,
    text: () => Buffer.from(take(number())).toString(),
  }
}
