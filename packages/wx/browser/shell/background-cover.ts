import { h } from './dom.ts'
import type { Texts } from './texts.ts'

/** Covers the phone while the program is in the background, with a button to return. */
export function createBackgroundCover(texts: Texts, name: string, onReturn: () => void): HTMLElement {
  const back = h('button', { type: 'button', onclick: onReturn }, texts.toForeground)
  return h(
    'div',
    { className: 'background-cover', hidden: true },
    h('div', { className: 'background-icon' }, name.slice(0, 1).toUpperCase()),
    h('p', {}, texts.inBackground),
    back,
  )
}
