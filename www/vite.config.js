/** @type {import('vite').UserConfig} */
export default {
  build: {
    target: 'es2022',
    // The polyfill would be one more script, for browsers that have no modules anyway.
    modulePreload: { polyfill: false },
    // No file becomes a data: address, which the page's policy would forbid.
    assetsInlineLimit: 0,
  },
}
