// The requests and events of the client, newest first. A row has a method, a path and a status, or an
// event and a code. It never has a query, a header or a body, because codes and tokens are there.
import { card, element } from '../view/element.ts'

const MAX_ROWS = 100

/** The kind of a row. Each kind has its own color. */
export type Kind = 'request' | 'event' | 'trouble' | 'you'

const LABEL: Record<Kind, string> = {
  request: 'Request',
  event: 'Event',
  trouble: 'Failure',
  you: 'You',
}

const rows = element('ol', { class: 'rows' })

/** Adds a row: the event, and its result. */
export function note(kind: Kind, event: string, result = ''): void {
  const at = new Date()
  rows.prepend(
    element(
      'li',
      { class: kind },
      element('time', { datetime: at.toISOString() }, at.toLocaleTimeString('en-GB')),
      element('span', { class: 'kind' }, LABEL[kind]),
      element('span', { class: 'what' }, element('code', {}, event), ' ', result),
    ),
  )
  while (rows.children.length > MAX_ROWS) rows.lastElementChild?.remove()
}

/** A card with the rows. New rows appear in it. */
export function timelineCard(): HTMLElement {
  return card(
    'What the client did',
    element(
      'p',
      { class: 'about' },
      'Since the page was loaded, newest first. Only paths and statuses: no query, no body, no token.',
    ),
    // The list scrolls, so it must be focusable by keyboard.
    element(
      'div',
      { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': 'Timeline', tabindex: '0' },
      rows,
    ),
  )
}
