/** The algorithm in a list that the core refused. The core decides; this only finds which one it is. */
export const unknownAlgorithm = (names: readonly string[]): string | undefined =>
  names.find((name) => !/^([RPE]S(256|384|512)|Ed(DSA|25519|448))$/.test(name))
