// Loads oidc-provider without its warning about Node 20, which no longer gets fixes. The demo and the
// tests run on Node 20 too.
const { warn } = console
console.warn = (...values) => {
  if (!String(values[0]).includes('Unsupported runtime')) warn.apply(console, values)
}
const { Provider, errors, interactionPolicy } = await import('oidc-provider')
console.warn = warn

export { errors, interactionPolicy, Provider }
