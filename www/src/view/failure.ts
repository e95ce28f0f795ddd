// Shows an error: what went wrong, who must act, and what to do next.
import { OidcError } from 'countersign'
import { element } from './element.ts'

const area = document.querySelector('#failure')!

const TITLE: Record<string, string> = {
  User: 'That did not work',
  App: 'This app is not configured correctly',
  Provider: 'The response of the provider was refused',
  Host: 'The network or the browser prevents this',
  Bug: 'This is a bug in Countersign',
}

const ACTOR: Record<string, string> = {
  User: 'you: try again',
  App: 'the developer of the app',
  Provider: 'the provider',
  Host: 'the network or the browser; try again later',
  Bug: 'the developers of Countersign',
}

/** Shows an error. An error of Countersign has a code, who must act, and a hint. */
export function showFailure(error: unknown): void {
  if (!OidcError.is(error)) {
    area.replaceChildren(notice('alert', 'Something else failed', [String(error)]))
    return
  }
  area.replaceChildren(notice('alert', TITLE[error.blame] ?? error.blame, [error.hint], error))
}

/** Shows a warning: the client works, but with a limit. */
export function showWarning(error: OidcError): void {
  area.append(notice('status', 'The client works with a limit', [error.hint], error))
}

/** Removes what is shown. */
export function clearFailure(): void {
  area.replaceChildren()
}

function notice(role: 'alert' | 'status', title: string, hints: string[], error?: OidcError) {
  const made = element('section', { class: 'card notice', role }, element('h2', {}, title))
  for (const hint of hints) made.append(element('p', {}, hint))
  if (error) made.append(details(error))
  return made
}

function details(error: OidcError): HTMLElement {
  const list = element('dl', { class: 'facts' })
  const add = (name: string, value: string, attributes: Record<string, string> = {}) =>
    list.append(
      element('dt', {}, name),
      element('dd', {}, element('code', attributes, value)),
    )
  add('Code', error.code, { 'data-testid': 'error-code' })
  if (error.at) add('Where', error.at)
  list.append(element('dt', {}, 'Who acts'), element('dd', {}, ACTOR[error.blame] ?? error.blame))
  const cause = error.cause as { error?: string; error_description?: string } | undefined
  if (cause?.error) {
    add('Provider says', [cause.error, cause.error_description].filter(Boolean).join(': '))
  }
  return list
}
