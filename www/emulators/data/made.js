// Metadata that is made up from what a provider documents: for providers of which no document was recorded.

/** Metadata with endpoints at `base`. `paths` are relative to it; `more` are other members. */
export const made = (issuer, base, paths, more) => ({
  issuer,
  ...Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, new URL(path, base).href])),
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  ...more,
})

/** The audience of access tokens, where a system's data names no other. */
export const api = 'https://api.example/'
