/** The public types of `countersign/providers`. */

/**
 * A provider preset: the settings of a provider that an app need not know. It has settings for each kind of app that the
 * provider serves. A setting of the app counts more than one of the preset.
 */
export interface ProviderPreset {
  /** The name of the preset, for messages. */
  readonly name: string
  /** Settings of `createClient`. Missing if the provider accepts no client without a secret. */
  readonly page?: PresetSettings
  /** Settings of `createSessions`. */
  readonly sessions?: PresetSettings
  /** Settings of `createVerifier`. Missing if no access token of the provider can be verified. */
  readonly verifier?: PresetSettings
}

/** The settings of a preset for one kind of app. */
export interface PresetSettings {
  /** The provider's issuer identifier. */
  readonly issuer: string
  readonly [setting: string]: unknown
}

/** A preset of a provider that serves pages. */
export type PagePreset = ProviderPreset & { readonly page: PresetSettings }

/** A preset of a provider that serves clients with a secret. */
export type SessionsPreset = ProviderPreset & { readonly sessions: PresetSettings }

/** A preset of a provider whose access tokens can be verified. */
export type VerifierPreset = ProviderPreset & { readonly verifier: PresetSettings }
