// The page Systems: every system that this package works with, and a run of each at a click.
import { button, element } from '../view/element.ts'
import { runInFrame } from './run-in-frame.ts'
import { runOnServer } from './run-on-server.ts'
import { rowView, type RowView } from './row-view.ts'
import { server, type Row, type Step } from './step.ts'

/** How many rows run at the same time after "Run all". */
const PARALLEL_RUNS = 3

const main = document.querySelector('#systems')!
const summary = element('p', { class: 'summary', role: 'status', 'data-testid': 'summary' }, '')
const views: RowView[] = []

async function show() {
  const response = await fetch(`${server}/rows`)
  const rows: Row[] = await response.json()
  const all = button('Run all', 'main', () => void runAll(all))
  const intro = element(
    'section',
    { class: 'card intro', 'aria-labelledby': 'title' },
    element('h1', { id: 'title' }, 'Every system, live'),
    element(
      'p',
      {},
      `Each of these ${rows.length} systems has its own dialect of OpenID Connect. Run one: an emulator of it starts on this ` +
        'machine, with the real issuer and the real rules. You see a sign-in, a call, a sign-out and a refusal, what was ' +
        'sent, and what came back.',
    ),
    element('div', { class: 'buttons' }, all),
    summary,
  )
  const groups = [
    group('Named systems', rows.filter(({ isNamed }) => isNamed)),
    group('Other providers', rows.filter(({ isNamed }) => !isNamed)),
  ]
  const links = views.map(({ link }) => element('li', {}, link))
  intro.append(element('nav', { 'aria-label': 'Systems' }, element('ul', { class: 'links' }, ...links)))
  main.replaceChildren(intro, ...groups)
}

function group(title: string, rows: Row[]): HTMLElement {
  const id = title.toLowerCase().replaceAll(' ', '-')
  const list = element('ul', { class: 'systems' })
  for (const row of rows) {
    const view = rowView(row, () => void run(view))
    views.push(view)
    list.append(view.shown)
  }
  return element('section', { 'aria-labelledby': id }, element('h2', { id }, title), list)
}

async function runAll(press: HTMLButtonElement) {
  if (press.ariaDisabled === 'true') return
  press.ariaDisabled = 'true'
  summary.textContent = `${views.length} systems run.`
  const waiting = [...views]
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await run(next, true)
  }
  await Promise.all(Array.from({ length: PARALLEL_RUNS }, lane))
  press.ariaDisabled = 'false'
  count()
}

/** Runs a row. The end of a quiet run is not announced: after "Run all", only the number is. */
async function run(view: RowView, isQuiet = false) {
  if (view.state === 'running') return
  view.begin(isQuiet)
  const onStep = (step: Step) => view.show(step)
  try {
    const started = await fetch(`${server}/runs/${view.row.id}`, { method: 'POST' })
    const isStream = started.headers.get('content-type') === 'application/x-ndjson'
    await (isStream ? runOnServer(started, onStep) : runInFrame(await started.json(), view.place, onStep))
    view.end()
  } catch (error) {
    view.end(String(error instanceof Error ? error.message : error))
  }
  if (!isQuiet) count()
}

function count() {
  const countOf = (state: RowView['state']) => views.filter((view) => view.state === state).length
  const parts = [`${countOf('passed')} of ${views.length} ran to their end`]
  if (countOf('failed')) parts.push(`${countOf('failed')} failed`)
  summary.textContent = `${parts.join(', ')}.`
}

show().catch((error: unknown) => {
  main.replaceChildren(
    element('section', { class: 'card notice', role: 'alert' }, element('h2', {}, 'The server of this page does not answer'), element('p', {}, `${server}: ${String(error)}`)),
  )
})
