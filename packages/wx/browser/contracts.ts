/** The interfaces between the parts of the runtime, and those of the built program. Types only. */

import type { ComponentSpace, Element as GlassEaselElement } from 'glass-easel'
import type { AppJson, HarnessOptions } from '../src/shared/built-program.ts'

/** What the build writes. */
export type * from '../src/shared/built-program.ts'

/** The globals of a program's scripts besides the language, timers and console. */
export interface ProgramScope {
  readonly wx: object
  readonly App: (options: object) => void
  readonly Page: (options: object) => void
  readonly Component: (options: object) => unknown
  readonly Behavior: (options: object) => unknown
  readonly getApp: () => unknown
  readonly getCurrentPages: () => readonly unknown[]
  readonly requirePlugin: (name: string) => never
}

/** What the runtime provides to the `wx` object. */
export interface Host {
  /** The root of everything above the pages: toasts, modals, previews, pickers. */
  readonly overlay: HTMLElement
  readonly router: Router
  setNavigationBarTitle(title: string): void
  setNavigationBarColor(color: { readonly frontColor: string; readonly backgroundColor: string }): void
  /** The root of the top page, for `createSelectorQuery` and similar calls. */
  currentPageElement(): HTMLElement | undefined
  /** Calls `listener` when the program goes to the foreground or background. Returns a function that removes it. */
  onVisibility(listener: (visible: boolean) => void): () => void
  readonly launch: LaunchOptions
  /** `app.json`, for its networkTimeout, darkmode and tabBar. */
  readonly app?: AppJson
  /** URL of a file of the program (`/images/a.png`), for calls that show it, such as previewImage. */
  assetUrl?(path: string): string
  /** Calls `listener` with the setting of the shell's network switch, now and at each change. Returns a function that removes it. */
  onNetworkThrottle?(listener: (throttle: NetworkThrottle) => void): () => void
  /** The spinner in the navigation bar. */
  setNavigationBarLoading?(loading: boolean): void
  readonly tabBar?: TabBarControl
  /** Pull-down refresh of the top page; `start` also calls its onPullDownRefresh. */
  readonly pullDownRefresh?: { start(): void; stop(): void }
  /** The page object of the top page; it has `createSelectorQuery`, `selectComponent` and so on. */
  currentPage?(): unknown
  readonly theme?: ThemeControl
  /** The simulated screen, in CSS pixels. */
  screen?(): ScreenSize
  pageScrollTo?(options: { readonly scrollTop?: number; readonly selector?: string; readonly duration?: number }): void
  hideHomeButton?(): void
  /** Shows an error in the shell's panel, passes it to App.onError and `onError`, and logs it. */
  reportError?(error: unknown): void
  /** Calls `listener` with WeChat's text of each error, for `wx.onError`. */
  onError?(listener: (message: string) => void): () => void
  /**
   * Called once by `wx` with a function from the path of a local file (`http://tmp/1.jpg`) to its `blob:` URL.
   * `ElementsHost.mediaUrl` uses it.
   */
  provideLocalFiles?(urlOf: (path: string) => string | undefined): void
}

export type Theme = 'light' | 'dark'

interface ThemeControl {
  /** Always light unless app.json has `"darkmode": true`, as in WeChat. */
  readonly current: Theme
  onChange(listener: (theme: Theme) => void): () => void
}

export interface ScreenSize {
  readonly screenWidth: number
  readonly screenHeight: number
  /** The size of the page, without navigation bar and tab bar. */
  readonly windowWidth: number
  readonly windowHeight: number
  readonly statusBarHeight: number
}

/** One end of the channel that `navigateTo` opens between two pages. */
export interface EventChannel {
  emit(name: string, ...args: unknown[]): void
  on(name: string, listener: (...args: never[]) => void): void
  once(name: string, listener: (...args: never[]) => void): void
  off(name: string, listener?: (...args: never[]) => void): void
}

/** `slow` is a weak mobile network: high latency, uploads at 50 kB/s. */
export type NetworkThrottle = 'none' | 'slow' | 'offline'

/** How `wx` changes the tab bar. `index` counts from 0; the caller has checked that the tab exists. */
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

/** Each call resolves once the page is shown, or rejects with the text after `fail `. URLs may be relative and have a query. */
export interface Router {
  /** `events` are the listeners of the opening page; resolves with its end of the channel. */
  navigateTo(url: string, events?: Readonly<Record<string, (...args: never[]) => void>>): Promise<EventChannel>
  redirectTo(url: string): Promise<void>
  reLaunch(url: string): Promise<void>
  switchTab(url: string): Promise<void>
  navigateBack(delta: number): Promise<void>
}

/**
 * What the runtime provides to the built-in elements. `registerElements(host)` of elements/index.ts defines each as a
 * glass-easel component in `space` and registers it with `space.setGlobalUsingComponent('button', definition)`.
 *
 * In the DOM, a built-in element and any other name without a hyphen is `<wx-name>`: `<button>` in WXML, and `<div>` in an
 * element's own template, are `<wx-button>` and `<wx-div>`. Real HTML elements (`<input>`, `<img>`) are created with the
 * DOM and added to `this.$$`. The runtime turns touches, mouse and keyboard into `tap`, `longpress`, `touchstart` and so
 * on. It forwards no other DOM event, so elements trigger `input`, `load`, `scroll` and so on themselves with
 * `triggerEvent`.
 */
export interface ElementsHost {
  readonly space: ComponentSpace
  readonly router: Router
  /** The layer above the pages, for pickers. */
  readonly overlay: HTMLElement
  readonly language: HarnessOptions['language']
  /**
   * The URL that the browser loads for a `src`: an asset of the program (absolute, or relative to the component whose
   * template has `element`), a local file of `wx`, http(s) or data. Undefined for sources that WeChat does not render
   * either, such as `cloud://`; the reason is logged.
   */
  mediaUrl(src: string, element: GlassEaselElement): string | undefined
  reportError(error: unknown): void
}
