/** Makes an HTML element. What begins with `class` and so on is set as a property. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

/** Events of a real control that the page must not see a second time, beside what the element itself triggers. */
export function keepInside(element: HTMLElement, ...types: string[]): void {
  for (const type of types) element.addEventListener(type, (event) => event.stopPropagation())
}

/** Between two bounds. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high))
}
