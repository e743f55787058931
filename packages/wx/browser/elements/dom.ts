/** Creates an HTML element with a class and children. */
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

/** Events of a real control that must not reach the page, because the element triggers its own. */
export function keepInside(element: HTMLElement, ...types: string[]): void {
  for (const type of types) element.addEventListener(type, (event) => event.stopPropagation())
}

/** Limits a number to a range. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high))
}
