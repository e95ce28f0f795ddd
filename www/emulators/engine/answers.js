// Answers of an emulated provider.

export const json = (value, status = 200, headers = {}) =>
  ({ status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }, text: JSON.stringify(value) })
export const page = (text, status = 200) => ({ status, headers: { 'content-type': 'text/html' }, text })
export const redirect = (location) => ({ status: 302, headers: { location } })
