/** Reads the values of HTTP headers. */

/**
 * A text without spaces and tabs around it (OWS, RFC 9110 section 5.6.3). `trim()` also removes Unicode spaces, which
 * are letters of a name to a browser: another site could then choose a name that becomes ours.
 */
export function trimOws(text: string): string {
  let [start, end] = [0, text.length]
  while (isOws(text[start])) start += 1
  while (end > start && isOws(text[end - 1])) end -= 1
  return text.slice(start, end)
}

const isOws = (letter: string | undefined) => letter === ' ' || letter === '\t'
