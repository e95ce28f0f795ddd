// Counts the open tabs of this app. The tabs send each other messages without any secret.

const CHANNEL = 'countersign demo: tabs'
const QUERY_INTERVAL_MS = 5000
const ANSWER_TIMEOUT_MS = 400

type Message = { kind: 'query' | 'open' | 'closed'; tab: string }

/** Counts the tabs, including this one. Calls `changed` when the number may have changed. */
export function countTabs(changed: (count: number) => void): void {
  const tab = String(Math.random())
  let others = new Set<string>()
  let answered = new Set<string>()
  let channel: BroadcastChannel | undefined

  const show = () => changed(others.size + 1)
  const send = (kind: Message['kind']) => channel?.postMessage({ kind, tab } satisfies Message)

  // A tab that crashed does not send `closed`. A tab that does not answer is not counted.
  function query() {
    if (document.hidden) return
    answered = new Set()
    send('query')
    setTimeout(() => {
      others = answered
      show()
    }, ANSWER_TIMEOUT_MS)
  }

  function receive({ data }: MessageEvent<Message>) {
    if (data.kind === 'query') send('open')
    for (const known of [others, answered]) {
      if (data.kind === 'closed') known.delete(data.tab)
      else known.add(data.tab)
    }
    show()
  }

  function open() {
    if (channel) return
    channel = new BroadcastChannel(CHANNEL)
    channel.onmessage = receive
    query()
  }

  // An open channel keeps a page out of the back/forward cache.
  function close() {
    send('closed')
    channel?.close()
    channel = undefined
  }

  show()
  open()
  addEventListener('pageshow', open)
  addEventListener('pagehide', close)
  document.addEventListener('visibilitychange', query)
  setInterval(query, QUERY_INTERVAL_MS)
}
