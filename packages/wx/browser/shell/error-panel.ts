import type { ReportedError } from '../runtime/errors.ts'
import { h } from './dom.ts'
import type { Texts } from './texts.ts'

/** The panel shows at most this many errors; the console has all of them. */
const MAX_SHOWN = 20

/** Lists the errors of the program, newest first. */
export class ErrorPanel {
  readonly root: HTMLElement
  readonly #list = h('ol')
  readonly #count = h('span', { className: 'error-count' })
  #total = 0

  constructor(texts: Texts) {
    const clear = h('button', { type: 'button', onclick: () => this.#clear() }, texts.clear)
    const title = h('header', {}, h('strong', {}, texts.errors, ' ', this.#count), clear)
    this.root = h('section', { className: 'error-panel', hidden: true, ariaLabel: texts.errors }, title, this.#list)
  }

  add({ message, stack }: ReportedError): void {
    this.#total += 1
    this.#count.textContent = String(this.#total)
    const details = h('details', {}, h('summary', {}, message), h('pre', {}, stack))
    this.#list.prepend(h('li', {}, stack === '' ? message : details))
    while (this.#list.childElementCount > MAX_SHOWN) this.#list.lastElementChild?.remove()
    this.root.hidden = false
  }

  #clear(): void {
    this.#total = 0
    this.#list.replaceChildren()
    this.root.hidden = true
  }
}
