// What the client did, newest first. A row has a method, a path and a status, or an event and a
// code: never a query, a header or a body, where codes and tokens are.
import { card, element } from '../view/element.ts'

const MOST = 100

/** What a row is about; it has another colour for each. */
export type Kind = 'request' | 'event' | 'trouble' | 'you'

const WHO: Record<Kind, string> = {
  request: 'Request',
  event: 'Event',
  trouble: 'Trouble',
  you: 'You',
}

const rows = element('ol', { class: 'rows' })

/** Adds a row: what happened, and what became of it. */
export function note(kind: Kind, what: string, outcome = ''): void {
  const at = new Date()
  rows.prepend(
    element(
      'li',
      { class: kind },
      element('time', { datetime: at.toISOString() }, at.toLocaleTimeString('en-GB')),
      element('span', { class: 'kind' }, WHO[kind]),
      element('span', { class: 'what' }, element('code', {}, what), ' ', outcome),
    ),
  )
  while (rows.children.length > MOST) rows.lastElementChild?.remove()
}

/** The rows so far, and those to come. */
export function timelineCard(): HTMLElement {
  return card(
    'What the client did',
    element(
      'p',
      { class: 'about' },
      'Since this page was loaded, newest first. Paths and statuses only: no query, no body, no token.',
    ),
    // It scrolls, so the keyboard has to get there.
    element(
      'div',
      { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': 'Timeline', tabindex: '0' },
      rows,
    ),
  )
}
