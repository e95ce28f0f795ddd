// A table of verified claims.
import { card, element } from './element.ts'

const TIMES = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at'])

/** A card with every claim of the ID token. The client returns verified claims only. */
export function claimsCard(claims: Readonly<Record<string, unknown>>): HTMLElement {
  return card('Claims of the ID token', claimsTable(claims))
}

/** A table of names and values. */
export function claimsTable(claims: Readonly<Record<string, unknown>>): HTMLElement {
  const rows = Object.entries(claims).map(([name, value]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('code', {}, name)),
      element('td', {}, readable(name, value)),
    ),
  )
  return element('table', { class: 'claims' }, element('tbody', {}, ...rows))
}

function readable(name: string, value: unknown): string {
  if (TIMES.has(name) && typeof value === 'number') {
    return new Date(value * 1000).toLocaleString()
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}
