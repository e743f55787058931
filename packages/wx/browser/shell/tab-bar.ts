import type { TabBarControl, TabBarJson } from '../contracts.ts'
import { h } from './dom.ts'

const COLOR = '#7a7e83'
const SELECTED_COLOR = '#07c160'

type Tab = TabBarJson['list'][number]

/** The tab bar. */
export class TabBar implements TabBarControl {
  readonly root = h('div', { className: 'tab-bar' })
  readonly #items: { tab: Tab; button: HTMLButtonElement; picture: HTMLImageElement; text: Text; badge: HTMLElement }[]
  #json: TabBarJson
  readonly #assetUrl: (path: string) => string
  #selected = ''
  #isVisible = true

  constructor(json: TabBarJson, assetUrl: (path: string) => string, onTap: (index: number, tab: Tab) => void) {
    this.#json = json
    this.#assetUrl = assetUrl
    this.#items = json.list.map((tab, index) => {
      const picture = h('img', { alt: '' })
      const text = new Text(tab.text)
      const badge = h('span', { className: 'tab-badge', hidden: true })
      const label = h('span', { className: 'tab-text' }, text)
      const onclick = () => onTap(index, this.#items[index]?.tab ?? tab)
      const button = h('button', { type: 'button', className: 'tab', onclick }, picture, label, badge)
      return { tab, button, picture, text, badge }
    })
    this.root.append(...this.#items.map(({ button }) => button))
    this.#draw()
  }

  /** Applies the colours and pictures of a theme. */
  setJson(json: TabBarJson): void {
    this.#json = json
    for (const [index, tab] of json.list.entries()) this.setItem(index, tab)
  }

  /** Selects the tab of a page; the bar is hidden on other pages. */
  show(path: string): void {
    this.#selected = path
    this.#draw()
  }

  setBadge(index: number, text: string | undefined): void {
    this.#mark(index, text !== undefined, text ?? '')
  }

  setRedDot(index: number, shown: boolean): void {
    this.#mark(index, shown, '')
  }

  setVisible(visible: boolean): void {
    this.#isVisible = visible
    this.#draw()
  }

  setItem(index: number, item: Partial<Pick<Tab, 'text' | 'iconPath' | 'selectedIconPath'>>): void {
    const found = this.#items[index]
    if (found === undefined) return
    found.tab = { ...found.tab, ...item }
    this.#draw()
  }

  #mark(index: number, shown: boolean, text: string): void {
    const badge = this.#items[index]?.badge
    if (badge === undefined) return
    badge.hidden = !shown
    badge.textContent = text
  }

  #draw(): void {
    this.root.hidden = !this.#isVisible || !this.#items.some(({ tab }) => tab.pagePath === this.#selected)
    this.root.style.backgroundColor = this.#json.backgroundColor ?? '#ffffff'
    for (const { tab, button, picture, text } of this.#items) {
      const isSelected = tab.pagePath === this.#selected
      const source = isSelected ? (tab.selectedIconPath ?? tab.iconPath) : tab.iconPath
      button.ariaCurrent = isSelected ? 'page' : null
      button.style.color = isSelected ? (this.#json.selectedColor ?? SELECTED_COLOR) : (this.#json.color ?? COLOR)
      picture.hidden = source === undefined
      if (source !== undefined) picture.src = this.#assetUrl(source)
      text.data = tab.text
    }
  }
}
