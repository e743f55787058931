/** What the build (in Node) writes and the runtime (in the browser) reads. Types only, without any of either platform. */

/** `app.json`, as far as the runtime reads it. */
export interface AppJson {
  /** All pages, including those of sub-packages. */
  readonly pages: readonly string[]
  /** The folders of the sub-packages: `orders/`. */
  readonly packages: readonly string[]
  readonly entryPagePath?: string
  readonly window?: WindowJson
  readonly tabBar?: TabBarJson
  readonly usingComponents?: Readonly<Record<string, string>>
  readonly networkTimeout?: Readonly<
    Partial<Record<'request' | 'connectSocket' | 'uploadFile' | 'downloadFile', number>>
  >
  readonly darkmode?: boolean
  /** The content of the file at `themeLocation`: the values of `@names` in `window` and `tabBar`, by theme. */
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

/** The JSON file of a page or component. */
export interface ComponentJson extends WindowJson {
  readonly component?: boolean
  /** Tag name to path; the build has made every path absolute, without a leading slash. */
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

/** A page or component. Its path has no extension: `pages/index/index`. */
export interface ProgramPart {
  readonly path: string
  readonly json: ComponentJson
  /** Unique class prefix of a component's styles; empty for pages. */
  readonly styleScope: string
  /** Its WXSS as CSS for the simulated phone; the classes of a component have the prefix `<styleScope>--`. */
  readonly css: string
  /** What the build has found wrong in its files, one line each. */
  readonly faults: readonly string[]
  /** Whether its template or style is among that, so that a page cannot be shown. */
  readonly isBroken: boolean
}

/** The modules of a program. */
export interface ProgramModules {
  /** The function of a CommonJS module by its name, and the names of what it requires; an object says why there is none. */
  readonly modules: Readonly<
    Record<
      string,
      readonly [
        run: (require: unknown, module: object, exports: object, expose: object) => void,
        requires: Readonly<Record<string, string | { readonly error: string }>>,
      ]
    >
  >
  /** The module of `app` and of each part, by its path. */
  readonly entries: Readonly<Record<string, string>>
}

/** The value of `window.__miniProgram`. */
export interface Program {
  /** For the browser title and the banner. */
  readonly name: string
  /** Different for each build. */
  readonly build: string
  readonly app: AppJson
  /** CSS of `app.wxss`. */
  readonly appCss: string
  /** What the build has found wrong in app.json, one line each. A module with a fault throws when it runs. */
  readonly faults: readonly string[]
  readonly parts: Readonly<Record<string, ProgramPart>>
  /** Receives what the wxs modules throw when the templates are loaded. */
  readonly scriptErrors: unknown[]
  /** The compiled templates of all parts, by path. */
  readonly templates: Readonly<Record<string, unknown>>
  /**
   * URL of the scripts: a function body that returns `ProgramModules`. The runtime evaluates it in a scope without the
   * globals that WeChat lacks.
   */
  readonly scripts: string
  /** Base URL of the assets, without a trailing slash: `/images/a.png` is at `<assets>/images/a.png`. */
  readonly assets: string
}

/** An event of `/harness/events` after a build. A new `build` is a new program; after a failed build there are `problems`. */
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
  /** Whether `/harness/events` reports new builds. */
  readonly live: boolean
}

/** How the harness was started, from `/harness.json` and from the address: `?user=alice&path=pages/x/x`. */
export interface HarnessOptions {
  /** URL of the backend, which the program reads with `wx.getExtConfigSync`. */
  readonly endpoint?: string
  readonly env?: string
  /** The simulated WeChat user: the code of `wx.login` is `dev:<user>`; storage is kept per user. */
  readonly user: string
  readonly language: 'zh_CN' | 'en'
  /** Default `wxdev0000000000000`. */
  readonly appid?: string
  /**
   * The user's answer to the privacy guideline when the program starts; default `granted`. With `ask`, the popup of WeChat
   * or of the program is shown, and the answer is remembered for this user.
   */
  readonly privacy?: 'granted' | 'ask' | 'undeclared'
}
