// The evidence for the claims: what the client checked, and when.
import type { auth } from '../auth.ts'
import { card, element } from './element.ts'

const MEANING: Record<string, string> = {
  signature: 'The signature was made with a key that the provider publishes',
  iss: 'It comes from the provider that this page uses',
  aud: 'It is for this app, and for no other',
  azp: 'It was issued to this app',
  exp: 'It has not expired',
  nbf: 'It is valid already',
  iat: 'It was not issued in the future',
  nonce: 'It belongs to this sign-in and was not replayed',
  at_hash: 'It belongs to this access token',
  auth_time: 'The user signed in recently enough',
  acr: 'The sign-in was as strong as required',
  sub: 'It names exactly one user',
}

/** A card with each check, the issuer, the algorithm, the key and the time. */
export function evidenceCard(
  evidence: typeof auth.evidence,
  claims: Readonly<Record<string, unknown>>,
): HTMLElement {
  if (!evidence) return card('What was checked', element('p', {}, 'There is no evidence.'))
  const checks = evidence.checks.map((name) =>
    element('li', {}, MEANING[name] ?? name, ' ', element('code', {}, name)),
  )
  return card(
    'What was checked',
    element(
      'p',
      {},
      `In this browser, on ${new Date(evidence.checkedAt * 1000).toLocaleString()}, before the ` +
        'page used any claim:',
    ),
    element('ul', { class: 'checks' }, ...checks),
    element(
      'dl',
      { class: 'facts' },
      ...fact('Issuer', String(claims['iss'])),
      ...fact('Algorithm', evidence.alg),
      ...fact('Key', evidence.kid ?? 'the key has no identifier'),
    ),
  )
}

function fact(name: string, value: string): HTMLElement[] {
  return [element('dt', {}, name), element('dd', {}, element('code', {}, value))]
}
