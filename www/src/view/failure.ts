// What went wrong, who has to act, and what to do next.
import { OidcError } from 'countersign'
import { element } from './element.ts'

const place = document.querySelector('#failure')!

const TITLE: Record<string, string> = {
  User: 'That did not work out',
  App: 'This app is set up wrongly',
  Provider: 'The provider’s answer was refused',
  Host: 'The network or the browser is in the way',
  Bug: 'A defect, and not yours',
}

const ACTOR: Record<string, string> = {
  User: 'you: ask again',
  App: 'the app’s author',
  Provider: 'the provider',
  Host: 'the network or the browser; a later try may work',
  Bug: 'Countersign’s authors',
}

/** Shows a failure; every one of Countersign's carries its code, its blame and a hint. */
export function showFailure(error: unknown): void {
  if (!OidcError.is(error)) {
    place.replaceChildren(notice('alert', 'Something else failed', [String(error)]))
    return
  }
  place.replaceChildren(notice('alert', TITLE[error.blame] ?? error.blame, [error.hint], error))
}

/** Shows what still works, but less well. */
export function showWarning(error: OidcError): void {
  place.append(notice('status', 'A little less than usual', [error.hint], error))
}

/** Takes the last failure away. */
export function clearFailure(): void {
  place.replaceChildren()
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
  const said = error.cause as { error?: string; error_description?: string } | undefined
  if (said?.error) {
    add('Provider says', [said.error, said.error_description].filter(Boolean).join(': '))
  }
  return list
}
