/** What `import` gives for a module file in a Workers runtime: compiled, not instantiated. */
declare module '*.wasm' {
  const compiled: WebAssembly.Module
  export { compiled as default }
}

/** The same in Vercel's edge runtime, whose bundler looks for this ending. */
declare module '*.wasm?module' {
  const compiled: WebAssembly.Module
  export { compiled as default }
}
