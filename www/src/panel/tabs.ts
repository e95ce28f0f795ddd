// How many tabs of this app are open. They tell each other by a channel that carries names only.

const NAME = 'countersign demo: tabs'
const EVERY = 5000
const PATIENCE = 400

type Word = { says: 'who?' | 'here' | 'gone'; tab: string }

/** Counts the tabs, this one with them, and calls back when there are more or fewer. */
export function countTabs(changed: (count: number) => void): void {
  const tab = String(Math.random())
  let others = new Set<string>()
  let answered = new Set<string>()
  let channel: BroadcastChannel | undefined

  const show = () => changed(others.size + 1)
  const say = (says: Word['says']) => channel?.postMessage({ says, tab } satisfies Word)

  // A tab that crashed has not said that it is gone: who does not answer is forgotten.
  function ask() {
    if (document.hidden) return
    answered = new Set()
    say('who?')
    setTimeout(() => {
      others = answered
      show()
    }, PATIENCE)
  }

  function hear({ data }: MessageEvent<Word>) {
    if (data.says === 'who?') say('here')
    for (const known of [others, answered]) {
      if (data.says === 'gone') known.delete(data.tab)
      else known.add(data.tab)
    }
    show()
  }

  function open() {
    if (channel) return
    channel = new BroadcastChannel(NAME)
    channel.onmessage = hear
    ask()
  }

  // A channel that is open keeps a page from coming back as it was left.
  function shut() {
    say('gone')
    channel?.close()
    channel = undefined
  }

  show()
  open()
  addEventListener('pageshow', open)
  addEventListener('pagehide', shut)
  document.addEventListener('visibilitychange', ask)
  setInterval(ask, EVERY)
}
