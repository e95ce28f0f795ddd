/** What `import` gives for a module file in a Workers runtime: compiled, not instantiated. */
declare module '*.wasm' {
  const compiled: WebAssembly.Module
  export { compiled as default }
}
