/**
 * What the build (Node) writes and the runtime (browser) reads. Types only, and nothing of either platform in them.
 */

/** `app.json`, as far as the runtime looks at it. */
export interface AppJson {
  readonly pages: readonly string[]
  readonly entryPagePath?: string
  readonly window?: WindowJson
  readonly tabBar?: TabBarJson
  readonly usingComponents?: Readonly<Record<string, string>>
  readonly networkTimeout?: Readonly<
    Partial<Record<'request' | 'connectSocket' | 'uploadFile' | 'downloadFile', number>>
  >
  readonly darkmode?: boolean
  /** What the file at `themeLocation` says: the values of `@names` in `window` and `tabBar`, by theme. */
  readonly theme?: Readonly<Partial<Record<'light' | 'dark', Readonly<Record<string, string>>>>>
}

export interface WindowJson {
  readonly navigationBarTitleText?: string
  readonly navigationBarBackgroundColor?: string
  readonly navigationBarTextStyle?: 'black' | 'white'
  readonly backgroundColor?: string
  readonly enablePullDownRefresh?: boolean
  /** Distance from the bottom, in CSS pixels, at which onReachBottom fires; default 50. */
  readonly onReachBottomDistance?: number
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
  readonly styleIsolation?:
    | 'isolated'
    | 'apply-shared'
    | 'shared'
    | 'page-isolated'
    | 'page-apply-shared'
    | 'page-shared'
  readonly disableScroll?: boolean
}

/** A page or a component, by its path without extension: `pages/index/index`. */
export interface ProgramPart {
  readonly path: string
  readonly json: ComponentJson
  /** Class prefix that keeps a component's styles apart, unique to it; empty for pages. */
  readonly styleScope: string
  /** Its WXSS as CSS for the phone; classes of a component carry `<styleScope>--`. */
  readonly css: string
}

/** What the build emits as `window.__miniProgram`. */
export interface Program {
  /** For the title of the browser window and the banner. */
  readonly name: string
  /** Differs from build to build. */
  readonly build: string
  readonly app: AppJson
  /** CSS of `app.wxss`. */
  readonly appCss: string
  readonly parts: Readonly<Record<string, ProgramPart>>
  /** The compiled templates of all parts: what the template compiler makes, by path. */
  readonly templates: Readonly<Record<string, unknown>>
  /**
   * URL of the scripts: the text of a function body that returns `(path) => void`, which runs the script of `app` or of
   * a part. Each module of the program runs once. The runtime gives it a scope in which all that WeChat lacks is absent.
   */
  readonly scripts: string
  /** Where the assets are, without a slash at the end: `/images/a.png` is at `<assets>/images/a.png`. */
  readonly assets: string
}

/** What `/harness/events` says when the server has built: a new `build` means a new program, `problems` that there is none. */
export interface BuildState {
  readonly build: string
  readonly problems: readonly {
    readonly file: string
    readonly line?: number
    readonly column?: number
    readonly message: string
  }[]
}

/** `/harness.json`: how the harness was started. */
export interface HarnessJson {
  readonly endpoint?: string
  readonly env?: string
  readonly user: string
  /** Whether `/harness/events` tells of new builds. */
  readonly live: boolean
}

/** How the harness was started, from `/harness.json` and from the address: `?user=alice&path=pages/x/x`. */
export interface HarnessOptions {
  /** Where the app finds its backend; the example reads it with `wx.getExtConfigSync` or the like. */
  readonly endpoint?: string
  readonly env?: string
  /** The made-up WeChat user: `wx.login` gives `dev:<user>`; storage is kept per user. */
  readonly user: string
  readonly language: 'zh_CN' | 'en'
  /** Default `wxdev0000000000000`. */
  readonly appid?: string
  /**
   * What the user has answered to the privacy guideline when the program starts; default `granted`. With `ask` the popup
   * shows (or the program's own), and the answer is remembered for this user.
   */
  readonly privacy?: 'granted' | 'ask' | 'undeclared'
}
