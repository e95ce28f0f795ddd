/** The public types of `countersign/providers`. */

/**
 * A provider preset: the settings of a provider that an app need not know. It has settings for each kind of app that the
 * provider serves. A setting of the app counts more than one of the preset, except for what restricts: `tenants`,
 * `refusedTenants` and `requiredClaims` of both hold together. `Refused` are the options of a sign-in that the
 * provider refuses or ignores.
 */
export interface ProviderPreset<Refused extends string = string> {
  /** The name of the preset, for messages. */
  readonly name: string
  /** Settings of `createClient`. Missing if the provider accepts no client without a secret. */
  readonly page?: PresetSettings<Refused>
  /** Settings of `createSessions`. */
  readonly sessions?: PresetSettings<Refused>
  /** Settings of `createVerifier`. Missing if no access token of the provider can be verified. */
  readonly verifier?: PresetSettings
  /** The grants that the provider does not have: `client_credentials`. */
  readonly lacks?: readonly string[]
}

/** The settings of a preset for one kind of app. */
export interface PresetSettings<Refused extends string = string> {
  /** The provider's issuer identifier. */
  readonly issuer: string
  /** The options of a sign-in that the provider refuses or ignores. */
  readonly refusedOptions?: readonly Refused[]
  /** The claims for which the provider sends a text and means a boolean. */
  readonly booleansAsText?: string[]
  readonly [setting: string]: unknown
}

/** A preset of a provider that serves pages. */
export interface PagePreset<Refused extends string = string> extends ProviderPreset<Refused> {
  readonly page: PresetSettings<Refused>
}

/** A preset of a provider that serves clients with a secret. */
export interface SessionsPreset<Refused extends string = string> extends ProviderPreset<Refused> {
  readonly sessions: PresetSettings<Refused>
}

/** A preset of a provider whose access tokens can be verified. */
export interface VerifierPreset<Refused extends string = string> extends ProviderPreset<Refused> {
  readonly verifier: PresetSettings
}

/** Options without those that a provider refuses. */
export type Accepted<Options, Refused extends string> = string extends Refused
  ? Options
  : Options & { readonly [Name in Refused]?: never }

/** The setting `resource` is not for a provider that refuses this option, such as Entrust beside `audience`. */
export type WithoutRefusedResource<Refused extends string> = string extends Refused
  ? unknown
  : 'resource' extends Refused
    ? { readonly resource?: never }
    : unknown
