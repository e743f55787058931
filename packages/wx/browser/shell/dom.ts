type Child = Node | string | undefined

/** Creates an HTML element: `h('button', { className: 'x', onclick }, 'text')`. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  Object.assign(element, properties)
  element.append(...children.filter((child) => child !== undefined))
  return element
}

/** An icon of 24 by 24 pixels, drawn in the text colour. */
export function icon(path: string): Element {
  const template = document.createElement('template')
  template.innerHTML = `<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`
  return template.content.firstElementChild ?? document.createElement('span')
}

export const ICONS = {
  back: 'M15 5l-7 7 7 7',
  home: 'M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
  target: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
}
