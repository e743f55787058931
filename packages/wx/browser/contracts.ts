/**
 * What passes between the two sides of the harness: the build (Node) writes a program, the runtime (browser) runs it;
 * and between the parts of the runtime. Types only.
 */

/** `app.json`, as far as the runtime looks at it. */
export interface AppJson {
  readonly pages: readonly string[]
  readonly entryPagePath?: string
  readonly window?: WindowJson
  readonly tabBar?: TabBarJson
  readonly usingComponents?: Readonly<Record<string, string>>
  readonly networkTimeout?: Readonly<Partial<Record<'request' | 'connectSocket' | 'uploadFile' | 'downloadFile', number>>>
  readonly darkmode?: boolean
}

export interface WindowJson {
  readonly navigationBarTitleText?: string
  readonly navigationBarBackgroundColor?: string
  readonly navigationBarTextStyle?: 'black' | 'white'
  readonly backgroundColor?: string
  readonly enablePullDownRefresh?: boolean
  readonly navigationStyle?: 'default' | 'custom'
}

export interface TabBarJson {
  readonly color?: string
  readonly selectedColor?: string
  readonly backgroundColor?: string
  readonly list: readonly {
    readonly pagePath: string
    readonly text: string
    readonly iconPath?: string
    readonly selectedIconPath?: string
  }[]
}

/** The JSON beside a page or a component. */
export interface ComponentJson extends WindowJson {
  readonly component?: boolean
  /** Tag name to path; the build has made every path absolute in the program, without a leading slash. */
  readonly usingComponents?: Readonly<Record<string, string>>
  readonly styleIsolation?: 'isolated' | 'apply-shared' | 'shared' | 'page-isolated' | 'page-apply-shared' | 'page-shared'
  readonly disableScroll?: boolean
}

/** A page or a component, by its path without extension: `pages/index/index`. */
export interface ProgramPart {
  readonly path: string
  readonly json: ComponentJson
  /** Class prefix that keeps its styles apart; empty for pages. */
  readonly styleScope: string
}

/** What the build emits as `window.__miniProgram`. */
export interface Program {
  readonly app: AppJson
  readonly parts: Readonly<Record<string, ProgramPart>>
  /** The compiled templates of all parts: what the template compiler makes, by path. */
  readonly templates: Readonly<Record<string, unknown>>
  /**
   * Runs the script of `app` or of a part within the given scope, in which everything that WeChat lacks is shadowed.
   * Each module of the program runs once.
   */
  run(path: string, scope: ProgramScope): void
  /** Path of an asset of the project (`/images/a.png`) to its URL on the harness's server. */
  assetUrl(path: string): string
  /** For the title of the browser window and the banner. */
  readonly name: string
}

/** The globals that a program's scripts see. */
export interface ProgramScope {
  readonly wx: object
  readonly App: (options: object) => void
  readonly Page: (options: object) => void
  readonly Component: (options: object) => void
  readonly Behavior: (options: object) => unknown
  readonly getApp: () => unknown
  readonly getCurrentPages: () => readonly unknown[]
  /** Private to the program: libraries put polyfills on it. */
  readonly globalThis: Record<string, unknown>
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
}

export interface LaunchOptions {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly scene: number
}

/** Each resolves when the page is shown and rejects with the text after `fail `. URLs may be relative and have a query. */
export interface Router {
  navigateTo(url: string): Promise<void>
  redirectTo(url: string): Promise<void>
  reLaunch(url: string): Promise<void>
  switchTab(url: string): Promise<void>
  navigateBack(delta: number): Promise<void>
}

/** How the harness was started, from `/harness.json` and from the address: `?user=alice&path=pages/x/x`. */
export interface HarnessOptions {
  /** Where the app finds its backend; the example reads it with `wx.getExtConfigSync` or the like. */
  readonly endpoint?: string
  readonly env?: string
  /** The made-up WeChat user: `wx.login` gives `dev:<user>`; storage is kept per user. */
  readonly user: string
  readonly language: 'zh_CN' | 'en'
}
