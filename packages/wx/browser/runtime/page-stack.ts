import type { AppJson, EventChannel, Program, Router, WindowJson } from '../contracts.ts'
import { createEventChannels } from './event-channel.ts'
import { PageInstance, type PageSurroundings } from './page.ts'
import { type PageUrl, parsePageUrl } from './page-url.ts'

/** WeChat's limit. */
const MAX_PAGES = 10

export interface StackEvents {
  /** Called when the top page changes. */
  readonly onTop: (page: PageInstance, depth: number) => void
  /** Called when a tab page is entered. */
  readonly onNotFound: (url: PageUrl, isEntry: boolean) => void
}

/** The page stack and WeChat's calls to change it. A refused call rejects with the text after `fail `. */
export class PageStack implements Router {
  readonly #program: Program
  readonly #around: PageSurroundings
  readonly #events: StackEvents
  #pages: PageInstance[] = []
  /** Loaded tab pages; they stay alive while another tab is shown. */
  readonly #tabs = new Map<string, PageInstance>()

  constructor(program: Program, around: PageSurroundings, events: StackEvents) {
    this.#program = program
    this.#around = around
    this.#events = events
  }

  get pages(): readonly PageInstance[] {
    return this.#pages
  }

  get top(): PageInstance | undefined {
    return this.#pages.at(-1)
  }

  isTab(path: string): boolean {
    return this.#program.app.tabBar?.list.some(({ pagePath }) => pagePath === path) ?? false
  }

  /** Opens the first page. A missing page goes to App.onPageNotFound, as in WeChat. */
  open(url: PageUrl): void {
    if (!this.#exists(url.path)) {
      this.#events.onNotFound(url, true)
      return
    }
    this.#push(this.#create(url))
  }

  async navigateTo(url: string, events?: Parameters<Router['navigateTo']>[1]): Promise<EventChannel> {
    const target = this.#target(url)
    if (this.isTab(target.path)) throw new Error('can not navigateTo a tabbar page')
    if (this.#pages.length >= MAX_PAGES) throw new Error('webview count limit exceed')
    const channels = createEventChannels(events, (error) => this.#around.errors.report(error))
    const left = this.top
    left?.hide()
    this.#push(this.#create(target, channels.opened))
    left?.cover()
    return channels.opener
  }

  async redirectTo(url: string): Promise<void> {
    const target = this.#target(url)
    if (this.isTab(target.path)) throw new Error('can not redirectTo a tabbar page')
    this.#pop()
    this.#push(this.#create(target))
  }

  async reLaunch(url: string): Promise<void> {
    const target = this.#target(url)
    while (this.#pages.length > 0) this.#pop()
    for (const page of this.#tabs.values()) page.unload()
    this.#tabs.clear()
    this.#push(this.#create(target))
  }

  async switchTab(url: string): Promise<void> {
    const target = this.#target(url)
    if (!this.isTab(target.path)) throw new Error('can not switch to no-tabBar page')
    const shown = this.top
    if (shown?.path === target.path) return
    if (shown !== undefined && this.isTab(shown.path)) {
      shown.hide()
      shown.cover()
      this.#pages.pop()
    }
    while (this.#pages.length > 0) {
      const page = this.#pages.at(-1)
      if (page !== undefined && this.#tabs.get(page.path) === page) this.#pages.pop()
      else this.#pop()
    }
    const known = this.#tabs.get(target.path)
    if (known === undefined) this.#push(this.#create({ path: target.path, query: {} }))
    else this.#show(known)
  }

  async navigateBack(delta: number): Promise<void> {
    if (this.#pages.length <= 1) throw new Error('cannot navigate back at first page.')
    const steps = Math.min(Math.max(1, delta), this.#pages.length - 1)
    for (let step = 0; step < steps; step += 1) this.#pop()
    this.#reveal()
  }

  #create(url: PageUrl, channel?: EventChannel): PageInstance {
    const page = new PageInstance(url, this.#windowOf(url.path), channel, this.#around)
    if (this.isTab(url.path)) this.#tabs.set(url.path, page)
    return page
  }

  #windowOf(path: string): WindowJson {
    const app: AppJson = this.#program.app
    return { ...app.window, ...this.#program.parts[path]?.json }
  }

  /** Adds a new page, which is in `getCurrentPages()` from its first lifecycle on. */
  #push(page: PageInstance): void {
    this.#pages.push(page)
    page.load()
    this.#reveal()
  }

  #show(page: PageInstance): void {
    this.#pages.push(page)
    this.#reveal()
  }

  #reveal(): void {
    const page = this.top
    if (page === undefined) return
    this.#events.onTop(page, this.#pages.length)
    page.show()
  }

  #pop(): void {
    const page = this.#pages.pop()
    if (page === undefined) return
    if (this.#tabs.get(page.path) === page) this.#tabs.delete(page.path)
    page.unload()
  }

  #target(url: string): PageUrl {
    const target = parsePageUrl(url, this.top?.path ?? '')
    if (!this.#exists(target.path)) throw new Error(`page "${target.path}" is not found`)
    return target
  }

  #exists(path: string): boolean {
    return this.#around.code.enter(path)
  }
}
