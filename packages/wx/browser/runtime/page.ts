import type { AssociatedBackend } from 'glass-easel-miniprogram-adapter'
import type { EventChannel, WindowJson } from '../contracts.ts'
import type { ErrorReports } from './errors.ts'
import type { ReadyQueue } from './lifetimes.ts'
import { formatQuery, type PageUrl } from './page-url.ts'
import type { ProgramCode } from './program-code.ts'
import { PullDown } from './pull-down.ts'

/** WeChat's default for `onReachBottomDistance`. */
const REACH_BOTTOM_PX = 50

type Root = ReturnType<AssociatedBackend['createRoot']>

/** What a page needs from the runtime. */
export interface PageSurroundings {
  readonly code: ProgramCode
  readonly backend: AssociatedBackend
  readonly ready: ReadyQueue
  readonly errors: ErrorReports
  /** The parent of all pages in the DOM. */
  readonly room: HTMLElement
}

/** The page object of the program: `this` in its methods. */
export type PageCaller = Record<string, unknown>

/** One page of the stack, with its lifecycle and its DOM. */
export class PageInstance {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Its window settings: those of app.json, its own, and later changes of the program. */
  window: WindowJson
  readonly #around: PageSurroundings
  readonly #root: Root
  readonly #frame = document.createElement('div')
  readonly #scroller = document.createElement('div')
  readonly #pullDown: PullDown
  /** Scroll positions from before the page left the document; elements lose them there. */
  #scrolled: { readonly element: Element; readonly top: number; readonly left: number }[] = []
  #isShown = false
  #wasReady = false
  #wasAtBottom = false

  constructor(
    { path, query }: PageUrl,
    window: WindowJson,
    channel: EventChannel | undefined,
    around: PageSurroundings,
  ) {
    this.path = path
    this.query = query
    this.window = window
    this.#around = around
    this.#frame.className = 'page-frame'
    this.#scroller.className = 'page-scroller'
    this.#frame.append(this.#scroller)
    this.#pullDown = new PullDown(this.#frame, this.#scroller, {
      isEnabled: () => this.window.enablePullDownRefresh === true,
      onRefresh: () => this.call('onPullDownRefresh'),
    })
    around.room.append(this.#frame)
    this.#root = around.backend.createRoot('wx-page', around.code.codeSpace, `/${path}?${formatQuery(encoded(query))}`)
    Object.assign(this.caller, {
      route: path,
      __route__: path,
      options: query,
      getOpenerEventChannel: () => channel ?? {},
    })
  }

  /** Attaches the page to the document and calls onLoad. */
  load(): void {
    this.#attach()
    this.#scroller.addEventListener('scroll', () => this.#onScroll(), { passive: true })
    this.call('onLoad', this.query)
  }

  get caller(): PageCaller {
    return this.#root.get() as unknown as PageCaller
  }

  /** The `<wx-page>`. */
  get element(): HTMLElement {
    return this.#root.getComponent().getBackendElement() as unknown as HTMLElement
  }

  show(): void {
    if (this.#isShown) return
    this.#isShown = true
    this.#uncover()
    this.#root.getComponent().triggerPageLifetime('show', [])
    this.call('onShow')
    if (this.#wasReady) return
    this.#wasReady = true
    this.#around.ready.add(() => this.call('onReady'))
  }

  hide(): void {
    if (!this.#isShown) return
    this.#isShown = false
    this.#root.getComponent().triggerPageLifetime('hide', [])
    this.call('onHide')
  }

  /**
   * Takes the page out of the document, since a page in WeChat is alone in its document. It stays alive. The next page is
   * on the screen by then.
   */
  cover(): void {
    const all = [this.#scroller, ...this.#scroller.querySelectorAll('*')]
    this.#scrolled = all
      .filter(({ scrollTop, scrollLeft }) => scrollTop !== 0 || scrollLeft !== 0)
      .map((element) => ({ element, top: element.scrollTop, left: element.scrollLeft }))
    this.#frame.remove()
    this.#frame.classList.remove('is-shown')
  }

  unload(): void {
    this.call('onUnload')
    this.#root.release()
    this.#frame.remove()
  }

  /** Calls a method of the page object, if it exists; an exception is reported. */
  call(name: string, ...args: unknown[]): unknown {
    const method = this.caller[name]
    return typeof method === 'function' ? this.#around.errors.guard(() => method.apply(this.caller, args)) : undefined
  }

  has(name: string): boolean {
    return typeof this.caller[name] === 'function'
  }

  startPullDownRefresh(): void {
    this.#pullDown.start()
  }

  stopPullDownRefresh(): void {
    this.#pullDown.stop()
  }

  scrollTo({
    scrollTop,
    selector,
    duration = 300,
  }: {
    scrollTop?: number
    selector?: string
    duration?: number
  }): void {
    const target = selector === undefined ? undefined : this.element.querySelector(selector)
    const offset = target?.getBoundingClientRect().top ?? 0
    const top = target ? this.#scroller.scrollTop + offset - this.#scroller.getBoundingClientRect().top : scrollTop
    this.#scroller.scrollTo({ top: top ?? 0, behavior: duration === 0 ? 'instant' : 'smooth' })
  }

  #uncover(): void {
    if (!this.#frame.isConnected) this.#around.room.append(this.#frame)
    this.#frame.classList.add('is-shown')
    for (const { element, top, left } of this.#scrolled) element.scrollTo({ top, left, behavior: 'instant' })
    this.#scrolled = []
  }

  #attach(): void {
    const placeholder = document.createElement('div')
    this.#scroller.append(placeholder)
    this.element.dataset.wxPage = this.path
    this.#root.attach(this.#scroller as never, placeholder as never)
  }

  #onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller
    this.call('onPageScroll', { scrollTop })
    const distance = this.window.onReachBottomDistance ?? REACH_BOTTOM_PX
    const isAtBottom = scrollTop + clientHeight >= scrollHeight - distance
    if (isAtBottom && !this.#wasAtBottom) this.call('onReachBottom')
    this.#wasAtBottom = isAtBottom
  }
}

/** Encodes values, because the adapter decodes what it sets as properties of a page. */
function encoded(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map((pair) => pair.map(encodeURIComponent)))
}
