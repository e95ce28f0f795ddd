/** A value as the base64url of its JSON text: a part of a JWT (RFC 7515 section 2). */
export const jsonToBase64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
