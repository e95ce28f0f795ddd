/** The entry `countersign/providers`. */
export * from '../../generated/providers/index.js'
export type { PagePreset, PresetSettings, ProviderPreset, SessionsPreset, VerifierPreset } from '../../providers/types.js'
