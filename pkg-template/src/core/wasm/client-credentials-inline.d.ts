/** The module's bytes: compressed as raw deflate, then written in base64. */
export const inlined: string
