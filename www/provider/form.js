// Reads a posted form.

/** The fields of an `application/x-www-form-urlencoded` body of at most 16 KiB. */
export async function readForm(request) {
  const parts = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > 16_384) throw new Error('The form is too large.')
    parts.push(part)
  }
  return new URLSearchParams(Buffer.concat(parts).toString())
}
