import type { WindowJson } from '../contracts.ts'
import { h, ICONS, icon } from './dom.ts'
import type { Texts } from './texts.ts'

export interface NavigationBarActions {
  readonly back: () => void
  readonly home: () => void
  readonly menu: () => void
  readonly leave: () => void
}

/** The navigation bar: back or home button, title, spinner, and WeChat's capsule. */
export class NavigationBar {
  readonly root = h('div', { className: 'navigation-bar' })
  readonly #back: HTMLButtonElement
  readonly #home: HTMLButtonElement
  readonly #title = h('div', { className: 'navigation-title' })
  readonly #spinner = h('i', { className: 'spinner', hidden: true })

  constructor(texts: Texts, actions: NavigationBarActions) {
    this.#back = button(ICONS.back, texts.back, actions.back)
    this.#home = button(ICONS.home, texts.home, actions.home)
    const capsule = h(
      'div',
      { className: 'capsule' },
      button(ICONS.dots, texts.menu, actions.menu),
      button(ICONS.target, texts.toBackground, actions.leave),
    )
    const left = h('div', { className: 'navigation-left' }, this.#back, this.#home)
    this.root.append(left, h('div', { className: 'navigation-middle' }, this.#spinner, this.#title), capsule)
  }

  /** Applies the window settings of a page. `left` is the button at the left end. */
  show(window: WindowJson, left: 'back' | 'home' | 'nothing'): void {
    this.#back.hidden = left !== 'back'
    this.#home.hidden = left !== 'home'
    this.#title.textContent = window.navigationBarTitleText ?? ''
    const isCustom = window.navigationStyle === 'custom'
    this.root.classList.toggle('is-custom', isCustom)
    const phone = this.root.closest<HTMLElement>('.phone-screen')
    phone?.style.setProperty('--bar-background', window.navigationBarBackgroundColor ?? '#000000')
    phone?.style.setProperty('--bar-text', window.navigationBarTextStyle === 'black' ? '#000000' : '#ffffff')
    phone?.style.setProperty('--window-background', window.backgroundColor ?? '#ffffff')
    phone?.classList.toggle('has-custom-bar', isCustom)
    this.setLoading(false)
  }

  setLoading(loading: boolean): void {
    this.#spinner.hidden = !loading
  }

  hideHome(): void {
    this.#home.hidden = true
  }
}

function button(path: string, label: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', title: label, ariaLabel: label, onclick }, icon(path))
}
