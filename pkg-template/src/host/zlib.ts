/** A module out of text where there is `node:zlib`: what the web has for it costs Node 35 ms at first. */

import { unpack, type Source } from '../load.js'

interface WithBuiltins {
  process?: {
    getBuiltinModule?(name: string): { inflateRawSync?(bytes: Uint8Array): Bytes } | undefined
  }
}

type Bytes = Uint8Array<ArrayBuffer>

/** A source like `unpack`, at once in Node, Deno and Bun. */
export function unpackAtOnce(text: string): Source {
  return () => {
    const inflate = inflater()
    if (!inflate) return unpack(text)()
    return new WebAssembly.Module(inflate(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))))
  }
}

/** Some runtimes have a `process` that throws when it is used. */
function inflater() {
  try {
    return (globalThis as WithBuiltins).process?.getBuiltinModule?.('node:zlib')?.inflateRawSync
  } catch {
    return undefined
  }
}
