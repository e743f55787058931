import { h } from './dom.ts'
import type { Texts } from './texts.ts'

/** The result of a page's onShareAppMessage. */
export interface Shared {
  readonly title?: string
  readonly path?: string
}

/** The menu of the capsule: shows what forwarding the page would share. */
export function openMenu(overlay: HTMLElement, texts: Texts, share: (() => Shared | undefined) | undefined): void {
  const close = () => sheet.remove()
  const answer = h('p', { className: 'menu-answer' }, share === undefined ? texts.cannotShare : '')
  const forward = h('button', { type: 'button', disabled: share === undefined }, texts.share)
  forward.addEventListener('click', () => {
    const { title = '', path = '' } = share?.() ?? {}
    answer.textContent = `${texts.shared}: ${[title, path].filter((part) => part !== '').join(' · ')}`
  })
  const panel = h(
    'div',
    { className: 'menu-panel' },
    forward,
    answer,
    h('button', { type: 'button', onclick: close }, texts.close),
  )
  const sheet = h('div', { className: 'menu' }, panel)
  sheet.addEventListener('click', (event) => {
    if (event.target === sheet) close()
  })
  overlay.append(sheet)
}
