// The response of an API: its JSON, or the reason of a refusal.
import { OidcError, type OidcCode } from 'countersign'
import { claimsTable } from './claims.ts'
import { element } from './element.ts'

/** The elements that show a response. A page can read the challenge because the API exposes it. */
export async function answerOf(response: Response): Promise<Node[]> {
  const body: Record<string, string> = await response.json().catch(() => ({}))
  if (response.ok) return [element('h3', {}, 'The API says'), claimsTable(body)]
  // An API with `guard` sends the code of its refusal. Every entry has the same hint for a code.
  const code = body['error_description']
  const facts = {
    Code: code,
    'What to do': code?.startsWith('OIDC_') ? new OidcError(code as OidcCode).hint : undefined,
    Challenge: response.headers.get('www-authenticate') ?? undefined,
  }
  return [element('h3', {}, `The API refuses: ${response.status}`), list(facts)]
}

function list(facts: Record<string, string | undefined>): HTMLElement {
  const rows = Object.entries(facts).flatMap(([name, value]) => {
    const shown = name === 'What to do' ? [value ?? ''] : [element('code', {}, value ?? '')]
    return value ? [element('dt', {}, name), element('dd', {}, ...shown)] : []
  })
  return element('dl', { class: 'facts' }, ...rows)
}
