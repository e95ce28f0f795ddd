import { createVerifier } from 'fast-jwt'

export function verify({ pem, token }) {
  const [allowedIss, allowedAud] = ['https://id.example.com', 'https://api.example.com']
  return createVerifier({ key: pem, algorithms: ['RS256'], allowedIss, allowedAud })(token)
}
