// Why the page believes the claims: what was checked, and when.
import type { auth } from '../auth.ts'
import { card, element } from './element.ts'

const MEANING: Record<string, string> = {
  signature: 'The signature was made by a key the provider publishes',
  iss: 'It comes from the provider this page asked',
  aud: 'It is meant for this app, and for no other',
  azp: 'It was issued to this app',
  exp: 'It has not expired',
  nbf: 'It is valid already',
  iat: 'It was not issued in the future',
  nonce: 'It answers this very sign-in, and is no replay',
  at_hash: 'It belongs to this access token',
  auth_time: 'The person proved who they are recently enough',
  acr: 'The sign-in was as strong as asked',
  sub: 'It names one person',
}

/** The algorithm, the key, the time, and each check in words. */
export function evidenceCard(
  evidence: typeof auth.evidence,
  claims: Readonly<Record<string, unknown>>,
): HTMLElement {
  if (!evidence) return card('What was checked', element('p', {}, 'Nothing is known.'))
  const checks = evidence.checks.map((name) =>
    element('li', {}, MEANING[name] ?? name, ' ', element('code', {}, name)),
  )
  return card(
    'What was checked',
    element(
      'p',
      {},
      `In this browser, on ${new Date(evidence.checkedAt * 1000).toLocaleString()}, before the ` +
        'page believed a word:',
    ),
    element('ul', { class: 'checks' }, ...checks),
    element(
      'dl',
      { class: 'facts' },
      ...fact('Issuer', String(claims['iss'])),
      ...fact('Algorithm', evidence.alg),
      ...fact('Key', evidence.kid ?? 'the provider has one without a name'),
    ),
  )
}

function fact(name: string, value: string): HTMLElement[] {
  return [element('dt', {}, name), element('dd', {}, element('code', {}, value))]
}
