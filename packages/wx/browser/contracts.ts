/**
 * What passes between the two sides of the harness: the build (Node) writes a program, the runtime (browser) runs it;
 * and between the parts of the runtime. Types only.
 */

import type { ComponentSpace, Element as GlassEaselElement } from 'glass-easel'
import type { AppJson, HarnessOptions } from '../src/shared/built-program.ts'

/** What the build writes; the Node side owns these. */
export type * from '../src/shared/built-program.ts'

/** The globals that a program's scripts see, besides the language, timers and console. */
export interface ProgramScope {
  readonly wx: object
  readonly App: (options: object) => void
  readonly Page: (options: object) => void
  readonly Component: (options: object) => unknown
  readonly Behavior: (options: object) => unknown
  readonly getApp: () => unknown
  readonly getCurrentPages: () => readonly unknown[]
}

/** What the runtime offers to the `wx` object. */
export interface Host {
  /** Root of everything that lies above the pages: toasts, modals, previews, pickers. */
  readonly overlay: HTMLElement
  readonly router: Router
  setNavigationBarTitle(title: string): void
  setNavigationBarColor(color: { readonly frontColor: string; readonly backgroundColor: string }): void
  /** In the page on top: what `createSelectorQuery` and the like look at. */
  currentPageElement(): HTMLElement | undefined
  /** Whether the simulated app is in the foreground; `wx.onAppShow` and `wx.onAppHide` follow it. */
  onVisibility(listener: (visible: boolean) => void): () => void
  readonly launch: LaunchOptions
  /** `app.json`: its networkTimeout and darkmode hold for the calls of `wx`. */
  readonly app?: AppJson
  /** URL of a file of the program (`/images/a.png`): for pictures of the program that `wx` shows, as previewImage does. */
  assetUrl?(path: string): string
  /** The shell's network switch: calls `listener` at once and at each change; returns how to stop. */
  onNetworkThrottle?(listener: (throttle: NetworkThrottle) => void): () => void
  /** The little spinner in the navigation bar. */
  setNavigationBarLoading?(loading: boolean): void
  readonly tabBar?: TabBarControl
  /** Of the page on top; starting it also calls the page's onPullDownRefresh. */
  readonly pullDownRefresh?: { start(): void; stop(): void }
  /** The program's own object of the page on top; it has `createSelectorQuery`, `selectComponent` and so on. */
  currentPage?(): unknown
  readonly theme?: ThemeControl
  /** The simulated screen, in CSS pixels. */
  screen?(): ScreenSize
  pageScrollTo?(options: { readonly scrollTop?: number; readonly selector?: string; readonly duration?: number }): void
  hideHomeButton?(): void
  /** Shows an error in the shell's panel, gives it to App.onError and to `onError`, and logs it. */
  reportError?(error: unknown): void
  /** Receives what `reportError` gets, as WeChat's text of it: for `wx.onError`. */
  onError?(listener: (message: string) => void): () => void
  /**
   * The `wx` side names its local files here, once: from a path such as `http://tmp/1.jpg` to a `blob:` URL. The
   * elements (image, video) ask through `ElementsHost.mediaUrl`.
   */
  provideLocalFiles?(urlOf: (path: string) => string | undefined): void
}

export type Theme = 'light' | 'dark'

export interface ThemeControl {
  /** Always light when app.json does not say `"darkmode": true`, as in WeChat. */
  readonly current: Theme
  onChange(listener: (theme: Theme) => void): () => void
}

export interface ScreenSize {
  readonly screenWidth: number
  readonly screenHeight: number
  /** The page's room: without the navigation bar and the tab bar. */
  readonly windowWidth: number
  readonly windowHeight: number
  readonly statusBarHeight: number
}

/** Both ends of what `navigateTo` opens between two pages. */
export interface EventChannel {
  emit(name: string, ...args: unknown[]): void
  on(name: string, listener: (...args: never[]) => void): void
  once(name: string, listener: (...args: never[]) => void): void
  off(name: string, listener?: (...args: never[]) => void): void
}

/** `slow` is a weak mobile network: high latency, some 50 kB/s upwards. */
export type NetworkThrottle = 'none' | 'slow' | 'offline'

/** What `wx` does to the tab bar. `index` counts from 0; the caller has checked that there is such a tab. */
export interface TabBarControl {
  /** Text of at most four characters; undefined removes it. */
  setBadge(index: number, text: string | undefined): void
  setRedDot(index: number, shown: boolean): void
  setVisible(visible: boolean): void
  setItem(
    index: number,
    item: { readonly text?: string; readonly iconPath?: string; readonly selectedIconPath?: string },
  ): void
}

export interface LaunchOptions {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly scene: number
}

/** Each resolves when the page is shown and rejects with the text after `fail `. URLs may be relative and have a query. */
export interface Router {
  /** `events` are the listeners of the opening page; the answer is its end of the channel. */
  navigateTo(url: string, events?: Readonly<Record<string, (...args: never[]) => void>>): Promise<EventChannel>
  redirectTo(url: string): Promise<void>
  reLaunch(url: string): Promise<void>
  switchTab(url: string): Promise<void>
  navigateBack(delta: number): Promise<void>
}

/**
 * What the built-in elements get: `registerElements(host)` of elements/index.ts defines each as a glass-easel component
 * in `space` and makes it known with `space.setGlobalUsingComponent('button', definition)`.
 *
 * In the DOM a built-in element, and any name without a hyphen, is `<wx-name>`: `<button>` in WXML, and `<div>` in an
 * element's own template, are `<wx-button>` and `<wx-div>`. Real HTML elements (`<input>`, `<img>`) are made by hand and put into `this.$$`.
 * The runtime turns touches, mouse and keyboard into `tap`, `longpress`, `touchstart` and so on. It forwards no other
 * event of the DOM, so an element triggers `input`, `load`, `scroll` and the like itself with `triggerEvent`.
 */
export interface ElementsHost {
  readonly space: ComponentSpace
  readonly router: Router
  /** Above the pages: pickers. */
  readonly overlay: HTMLElement
  readonly language: HarnessOptions['language']
  /**
   * URL that the browser can load, for a `src` as written in a template or got from an API: an asset of the program
   * (absolute, or relative to the component in whose template `element` stands), a local file of `wx`, http(s), data.
   * Undefined for what WeChat does not render either, such as `cloud://`; the reason is logged.
   */
  mediaUrl(src: string, element: GlassEaselElement): string | undefined
  reportError(error: unknown): void
}
