const PAGES = ['index', 'systems', 'frame']

/** @type {import('vite').UserConfig} */
export default {
  build: {
    target: 'es2022',
    // All supported browsers have modules, so the polyfill is not needed.
    modulePreload: { polyfill: false },
    // The Content-Security-Policy of the page forbids data: addresses.
    assetsInlineLimit: 0,
  },
  plugins: [
    {
      name: 'pages',
      // Tests build other pages with this file.
      config: ({ build, root = import.meta.dirname }) =>
        build?.rolldownOptions?.input || build?.rollupOptions?.input
          ? undefined
          : { build: { rolldownOptions: { input: PAGES.map((name) => `${root}/${name}.html`) } } },
    },
  ],
}
