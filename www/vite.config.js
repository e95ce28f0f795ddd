/** @type {import('vite').UserConfig} */
export default {
  build: {
    target: 'es2022',
    // All supported browsers have modules, so the polyfill is not needed.
    modulePreload: { polyfill: false },
    // The Content-Security-Policy of the page forbids data: addresses.
    assetsInlineLimit: 0,
  },
}
