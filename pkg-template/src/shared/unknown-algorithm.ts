/**
 * The algorithm in a list that the core refused. The core decides; this only finds which one it is, and `undefined` if the
 * name looks like a known one.
 */
export const unknownAlgorithm = (names: readonly string[]): string | undefined =>
  names.find((name) => !/^([RPE]S[235]|Ed)/.test(name))
