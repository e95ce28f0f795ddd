// Loads oidc-provider without its sentence about Node 20: it asks for a newer Node because Node 20
// no longer gets fixes. Nothing the demo uses is missing there, and the test-suite runs on it.
const { warn } = console
console.warn = (...words) => {
  if (!String(words[0]).includes('Unsupported runtime')) warn.apply(console, words)
}
const { Provider, errors } = await import('oidc-provider')
console.warn = warn

export { errors, Provider }
