// A minimal tab for the package: an address bar, a history, storage, and the event of
// coming back. Set on globalThis, as a tab would have it.

/** A browser with one tab. Its storage outlives its pages. */
export function openBrowser() {
  const local = makeStorage()
  const session = makeStorage()
  const browser = {
    /** The page that was loaded last. */
    page: undefined,
    localStorage: local,
    sessionStorage: session,
    /** Blocks storage as a browser does: touching it throws. */
    blockStorage(...names) {
      for (const name of names) {
        set(name, {
          get() {
            throw new DOMException('The operation is insecure.', 'SecurityError')
          },
        })
      }
    },
    /** Loads a page; what the old one heard is gone. */
    visit(url) {
      const page = makePage(url)
      browser.page = page
      set('localStorage', { value: local })
      set('sessionStorage', { value: session })
      return page
    },
  }
  return browser
}

function makePage(url) {
  let leave
  const page = {
    href: url,
    /** Addresses that history.replaceState was given. */
    rewritten: [],
    /** How many history entries the page has added. */
    entries: 0,
    /** The address that the page goes to, once it does. */
    left: new Promise((resolve) => {
      leave = resolve
    }),
    /** In which way it goes: `assign`, or `replace`, which leaves no entry in the history. */
    how: undefined,
    /** The page goes to the back/forward cache. */
    hide() {
      events.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }))
    },
    /** The page comes back out of the back/forward cache, long after it left. */
    async comeBack() {
      await new Promise((resolve) => {
        setTimeout(resolve)
      })
      events.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    },
  }
  page.fire = (name, more) => events.dispatchEvent(Object.assign(new Event(name), more))
  const go = (to, how) => {
    page.how = how
    leave(to)
  }
  const events = new EventTarget()
  set('addEventListener', { value: events.addEventListener.bind(events) })
  set('removeEventListener', { value: events.removeEventListener.bind(events) })
  set('location', {
    value: {
      get href() {
        return page.href
      },
      assign: (to) => go(String(to), 'assign'),
      replace: (to) => go(String(to), 'replace'),
    },
  })
  set('history', {
    value: {
      state: { kept: 'by a router' },
      pushState() {
        page.entries += 1
      },
      replaceState(state, _title, to) {
        if (new URL(to).origin !== new URL(page.href).origin)
          throw new DOMException('', 'SecurityError')
        page.state = state
        page.href = to
        page.rewritten.push(to)
      },
    },
  })
  return page
}

function makeStorage() {
  const texts = new Map()
  return {
    get length() {
      return texts.size
    },
    key: (n) => [...texts.keys()][n] ?? null,
    getItem: (key) => texts.get(String(key)) ?? null,
    setItem(key, text) {
      if (this.full) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
      texts.set(String(key), String(text))
    },
    removeItem: (key) => void texts.delete(String(key)),
    full: false,
    texts,
  }
}

function set(name, property) {
  Object.defineProperty(globalThis, name, { configurable: true, ...property })
}
