// Makes elements. Values become text, never markup: what a provider says is only ever shown.

type Child = Node | string

/** An element with attributes and children; `on…` is not among them: listeners are added. */
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

/** A button that does something. */
export function button(name: string, kind: 'main' | 'plain', act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: kind }, name)
  made.addEventListener('click', act)
  return made
}

/** A titled part of the page. */
export function card(title: string, ...children: Child[]): HTMLElement {
  const id = title.toLowerCase().replaceAll(/\W+/g, '-')
  return element(
    'section',
    { class: 'card', 'aria-labelledby': id },
    element('h2', { id }, title),
    ...children,
  )
}
