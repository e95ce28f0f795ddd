// Makes elements. Values become text, never markup, because some of them come from the provider.

type Child = Node | string

/** Makes an element with attributes and children. Do not pass `on…`; add listeners instead. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** Makes a button that calls `act`. */
export function button(name: string, kind: 'main' | 'plain', act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: kind }, name)
  made.addEventListener('click', act)
  return made
}

/** Makes a section with a title. */
export function card(title: string, ...children: Child[]): HTMLElement {
  const id = title.toLowerCase().replaceAll(/\W+/g, '-')
  return element(
    'section',
    { class: 'card', 'aria-labelledby': id },
    element('h2', { id }, title),
    ...children,
  )
}
