// The view of a row: what the system is, a button, and the steps of its run with their results.
import { claimsTable } from '../view/claims.ts'
import { button, element } from '../view/element.ts'
import type { Requested, Row, Step } from './step.ts'

const WORDS = { waiting: 'not run yet', running: 'running', passed: 'passed', refused: 'refused', failed: 'failed', skipped: 'not reached' }
type State = keyof typeof WORDS

/** Where a step ran. */
const WHERE = { browser: 'in this browser', server: 'on the demo’s server', edge: 'at the edge (workerd)' }

export interface RowView {
  readonly row: Row
  readonly shown: HTMLElement
  /** A link to the row, which has its state too. */
  readonly link: HTMLElement
  /** Where the frame of a run is. */
  readonly place: HTMLElement
  readonly state: State
  /** Begins a run. A quiet one is not announced to a screen reader. */
  begin(isQuiet: boolean): void
  show(step: Step): void
  /** Ends the run. It has passed if each step has. `trouble` is why it could not end. */
  end(trouble?: string): void
}

/** Makes the view of a row. `run` starts it. */
export function rowView(row: Row, run: () => void): RowView {
  // A disabled button would lose the focus of the keyboard.
  const press = button('Run', 'plain', () => state !== 'running' && run())
  press.setAttribute('aria-label', `Run ${row.title}`)
  const badge = element('span', { class: 'badge', 'data-testid': 'state' })
  const place = element('div', { class: 'frame' })
  const live = element('p', { class: 'about live', role: 'status' })
  const steps = new Map(row.steps.map((name) => [name, stepView(name)]))
  const list = element('ol', { class: 'run-steps' }, ...[...steps.values()].map(({ shown }) => shown))
  const link = element('a', { href: `#${row.id}` }, row.title)
  let state: State = 'waiting'

  const enter = (next: State) => {
    state = next
    for (const one of [shown, link]) one.dataset['state'] = next
    badge.textContent = WORDS[next]
    press.setAttribute('aria-disabled', String(next === 'running'))
  }
  const shown = element(
    'li',
    { class: 'card system', id: row.id },
    element(
      'div',
      { class: 'system-head' },
      element('h3', {}, row.title, ' ', badge),
      press,
    ),
    element('p', {}, row.shows),
    element('p', { class: 'about' }, `Runs ${row.where}. `, ...(row.document ? [`Metadata: ${row.document}. `] : []), 'Read ', element('code', {}, row.docs), '.'),
    list,
    place,
    live,
  )
  enter('waiting')

  return {
    row,
    shown,
    link,
    place,
    get state() {
      return state
    },
    begin(isQuiet) {
      live.setAttribute('aria-live', isQuiet ? 'off' : 'polite')
      for (const one of steps.values()) one.enter('waiting')
      live.textContent = ''
      enter('running')
    },
    show(step) {
      // A step that the row does not announce is shown too.
      if (!steps.has(step.name)) {
        const more = stepView(step.name)
        steps.set(step.name, more)
        list.append(more.shown)
      }
      steps.get(step.name)!.show(step)
    },
    end(trouble) {
      const all = [...steps.values()]
      for (const one of all) if (one.state === 'waiting' || one.state === 'running') one.enter('skipped')
      const failed = all.find((one) => one.state !== 'passed' && one.state !== 'refused')
      enter(failed || trouble ? 'failed' : 'passed')
      live.textContent = state === 'passed' ? `${row.title}: all ${all.length} steps passed.` : `${row.title} failed: ${trouble ?? failed?.name}.`
    },
  }
}

function stepView(name: string) {
  const mark = element('span', { class: 'mark' })
  const result = element('div', { class: 'result' })
  const where = element('span', { class: 'about' })
  const shown = element('li', {}, element('div', { class: 'step-head' }, mark, element('strong', {}, name), where), result)
  let state: State = 'waiting'
  const enter = (next: State) => {
    state = next
    shown.dataset['state'] = next
    mark.textContent = WORDS[next]
    if (next === 'waiting') {
      result.replaceChildren()
      where.textContent = ''
    }
  }
  enter('waiting')
  shown.dataset['step'] = name
  return {
    name,
    shown,
    enter,
    get state() {
      return state
    },
    show(step: Step) {
      // A refusal that had to be is no failure.
      enter(step.state === 'passed' && step.tried ? 'refused' : step.state)
      where.textContent = WHERE[step.where]
      if (step.state !== 'running') result.replaceChildren(...outcomeOf(step))
    },
  }
}

function outcomeOf(step: Step): Node[] {
  const nodes: Node[] = []
  const facts = element('dl', { class: 'facts' })
  const fact = (name: string, ...values: (Node | string)[]) =>
    facts.append(element('dt', {}, name), element('dd', {}, ...values))
  const { answer } = step
  const members = answer && typeof answer === 'object' ? (answer as Record<string, unknown>) : undefined
  if (step.tried) fact('Tried', step.tried)
  if (step.code) fact('Code', element('code', { 'data-testid': 'code' }, step.code))
  if (step.at) fact('Where', element('code', {}, step.at))
  if (step.meaning) fact('Meaning', ...withCode(step.meaning))
  if (typeof answer === 'string') fact('Answer', answer.startsWith('{') ? element('code', {}, answer) : answer)
  if (members) fact('Answer', ...briefly(members))
  if (facts.childElementCount) nodes.push(facts)
  if (step.note) nodes.push(element('p', { class: 'about' }, ...withCode(step.note)))
  if (step.command) nodes.push(commandOf(step.command))
  if (members && Object.keys(members).length > BRIEF.length) nodes.push(details('The whole answer', claimsTable(members)))
  if (step.requests?.length) nodes.push(details(requestsTitle(step.requests), requestList(step.requests)))
  return nodes
}

/** The members of an answer that a reader looks for first. */
const BRIEF = ['iss', 'sub']

function briefly(members: Record<string, unknown>): Node[] {
  const names = BRIEF.filter((name) => name in members)
  const shown = names.length ? names : Object.keys(members).slice(0, BRIEF.length)
  return shown.map((name) => {
    const value = members[name]
    return element('div', {}, element('code', { class: 'name' }, name), ' ', typeof value === 'string' ? value : JSON.stringify(value))
  })
}

/** A text with names between backticks. */
function withCode(text: string): (Node | string)[] {
  return text.split('`').map((part, at) => (at % 2 ? element('code', {}, part) : part))
}

const requestsTitle = ({ length }: { length: number }) => (length === 1 ? '1 request' : `${length} requests`)

function details(title: string, ...children: Node[]): HTMLElement {
  return element('details', {}, element('summary', {}, title), ...children)
}

function requestList(requests: readonly Requested[]): HTMLElement {
  return element('ol', { class: 'requests' }, ...requests.map(({ method, url, status, parameters }) => {
    const line = element('code', {}, `${method} ${url}`)
    const answered = element('span', { class: 'status-code' }, String(status ?? 'no answer'))
    const sent = parameters.map(([name, value]) => element('li', {}, element('code', {}, `${name}=${value}`)))
    return element('li', {}, line, ' ', answered, ...(sent.length ? [element('ul', {}, ...sent)] : []))
  }))
}

function commandOf(command: string): HTMLElement {
  const copy = button('Copy', 'plain', () => {
    navigator.clipboard.writeText(command).then(() => { copy.textContent = 'Copied' }, () => { copy.textContent = 'Select the text to copy it' })
  })
  return element(
    'div',
    { class: 'command' },
    element('pre', { tabindex: '0', 'aria-label': 'Command for a terminal' }, element('code', { 'data-testid': 'command' }, command)),
    copy,
  )
}
