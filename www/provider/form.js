// Reads the form of a POST request.

/** Returns the fields of an `application/x-www-form-urlencoded` body. Throws if it is larger than 16 KiB. */
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
