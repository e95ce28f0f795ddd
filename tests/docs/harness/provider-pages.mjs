// The settings that the examples of a provider's page have, as data.
import { createRequire } from 'node:module'
import { examplesIn, root } from './examples.mjs'

const { transformSync } = createRequire(new URL('xtask/npm/package.json', root))('esbuild')

/**
 * The settings of the first examples of `docs/providers/<name>.md`: `page`, `sessions` and `verifier`, as far as the page has
 * them. Their `provider` has the options of the preset.
 */
export function settingsOf(name) {
  const settings = {}
  const first = (kind) => (config) => {
    settings[kind] ??= typeof config === 'function' ? config({}) : config
  }
  for (const { code } of examplesIn(`docs/providers/${name}.md`)) {
    const [, preset] = /import \{ (\w+) \} from 'countersign\/providers'/.exec(code) ?? []
    if (!preset) continue
    const { code: script } = transformSync(code.replaceAll(/^import .*$/gm, '').replaceAll(/^export /gm, ''), { loader: 'ts' })
    const run = new Function(preset, 'createClient', 'createSessions', 'createVerifier', script)
    run((options = {}) => options, first('page'), first('sessions'), first('verifier'))
  }
  return settings
}
