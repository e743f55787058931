import type { AppJson, HarnessOptions, TabBarJson, Theme, WindowJson } from '../contracts.ts'
import { createBackgroundCover } from './background-cover.ts'
import { Controls } from './controls.ts'
import { h } from './dom.ts'
import { ErrorPanel } from './error-panel.ts'
import { openMenu, type Shared } from './menu.ts'
import { NavigationBar } from './navigation-bar.ts'
import { Phone } from './phone.ts'
import { TabBar } from './tab-bar.ts'
import { type Texts, textsFor } from './texts.ts'
import { themed } from './theme-values.ts'

/** What the shell calls on the running program. */
export interface ShellActions {
  readonly back: () => void
  readonly home: () => void
  readonly setVisible: (visible: boolean) => void
  /** Undefined if the page cannot be shared. */
  readonly share: () => (() => Shared | undefined) | undefined
  readonly tab: (index: number, tab: TabBarJson['list'][number]) => void
  readonly themeChanged: (theme: Theme) => void
}

/** The page around the program: banner, phone, controls and errors. */
export class Shell {
  readonly texts: Texts
  readonly phone = new Phone()
  readonly controls: Controls
  readonly navigationBar: NavigationBar
  readonly tabBar: TabBar | undefined
  readonly errorPanel: ErrorPanel
  readonly #cover: HTMLElement
  readonly #app: AppJson | undefined
  #actions: ShellActions | undefined
  #shown: { path: string; window: WindowJson; left: 'back' | 'home' | 'nothing' } | undefined

  constructor(options: HarnessOptions, name: string, app: AppJson | undefined, assetUrl: (path: string) => string) {
    this.#app = app
    this.texts = textsFor(options.language)
    document.documentElement.lang = options.language === 'en' ? 'en' : 'zh-CN'
    document.title = `${name} · ${options.user}`
    this.controls = new Controls(this.texts, options, { hasDarkMode: app?.darkmode === true })
    this.errorPanel = new ErrorPanel(this.texts)
    this.navigationBar = new NavigationBar(this.texts, {
      back: () => this.#actions?.back(),
      home: () => this.#actions?.home(),
      menu: () => openMenu(this.phone.overlay, this.texts, this.#actions?.share()),
      leave: () => this.#actions?.setVisible(false),
    })
    const onTab = (index: number, tab: TabBarJson['list'][number]) => this.#actions?.tab(index, tab)
    this.tabBar = app?.tabBar && new TabBar(themed(app.tabBar, app, this.controls.theme), assetUrl, onTab)
    this.#cover = createBackgroundCover(this.texts, name, () => this.#actions?.setVisible(true))
    this.phone.top.append(this.navigationBar.root)
    if (this.tabBar !== undefined) this.phone.bottom.append(this.tabBar.root)
    this.phone.screen.append(this.#cover)
    const banner = h('header', { className: 'banner' }, h('strong', {}, this.texts.banner), ' ', this.texts.bannerMore)
    document.body.append(banner, h('main', {}, this.phone.root, this.controls.root), this.errorPanel.root)
    this.phone.followSize()
  }

  connect(actions: ShellActions): void {
    this.#actions = actions
    this.controls.background.add(() => actions.setVisible(!this.#cover.hidden))
    this.#setTheme(this.controls.theme)
    this.controls.themes.add((theme) => {
      this.#setTheme(theme)
      actions.themeChanged(theme)
    })
  }

  showPage(path: string, window: WindowJson, left: 'back' | 'home' | 'nothing'): void {
    this.#shown = { path, window, left }
    this.navigationBar.show(this.#app === undefined ? window : themed(window, this.#app, this.controls.theme), left)
    this.tabBar?.show(path)
  }

  showMissingPage(path: string): void {
    this.#showInstead(this.texts.pageNotFound, path)
  }

  /** Shown for a page whose script threw. */
  showBrokenPage(path: string, reason: string): void {
    this.#showInstead(this.texts.pageBroken, `${path}: ${reason}`)
  }

  #showInstead(text: string, detail: string): void {
    this.navigationBar.show({ navigationBarBackgroundColor: '#ffffff', navigationBarTextStyle: 'black' }, 'home')
    this.phone.pages.replaceChildren(h('div', { className: 'missing-page' }, text, h('code', {}, detail)))
  }

  setBackground(isInBackground: boolean): void {
    this.#cover.hidden = !isInBackground
    this.controls.setBackground(isInBackground)
  }
  #setTheme(theme: Theme): void {
    this.phone.setTheme(theme)
    if (this.#app?.tabBar !== undefined) this.tabBar?.setJson(themed(this.#app.tabBar, this.#app, theme))
    if (this.#shown !== undefined) this.showPage(this.#shown.path, this.#shown.window, this.#shown.left)
  }
}
