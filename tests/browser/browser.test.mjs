// End to end: the demo's app and its provider in real browsers, through full page loads.
import { builtApp } from './harness/built-page.mjs'
import { tellStories } from './harness/story.mjs'

await builtApp()
await import('./stories/words.mjs')
await import('./stories/sign-in.mjs')
await import('./stories/panel.mjs')
await import('./stories/api.mjs')
await import('./stories/refusals.mjs')
await import('./stories/callbacks.mjs')
await import('./stories/browser-limits.mjs')
await import('./stories/client.mjs')
await import('./stories/stores.mjs')
await import('./stories/lemonldap.mjs')
await import('./stories/sealed.mjs')
await import('./stories/sealed-refused.mjs')
await import('./stories/tabs.mjs')
tellStories()
