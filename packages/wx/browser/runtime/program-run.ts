import { Listeners } from '../../src/shared/listeners.ts'
import type {
  HarnessOptions,
  Host,
  LaunchOptions,
  NetworkThrottle,
  Program,
  ProgramModules,
  Theme,
} from '../contracts.ts'
import { registerElements } from '../elements/index.ts'
import type { Shell } from '../shell/shell.ts'
import { createBrowserWx, openUserFiles } from '../wx/index.ts'
import { AppInstance } from './app.ts'
import { PhoneBackend } from './backend.ts'
import type { ErrorReports } from './errors.ts'
import { ReadyQueue } from './lifetimes.ts'
import { MediaUrls } from './media-url.ts'
import { moduleRunner } from './modules.ts'
import type { PageInstance } from './page.ts'
import { PageStack } from './page-stack.ts'
import { type PageUrl, parsePageUrl } from './page-url.ts'
import { forwardPointerEvents } from './pointer-events.ts'
import { ProgramCode } from './program-code.ts'
import { loadScripts } from './scope.ts'

/** WeChat's scene number for "opened from the list of Mini Programs". */
const SCENE = 1001

/** A program that runs in the shell: connects all parts of the runtime. */
export class ProgramRun {
  readonly #program: Program
  readonly #shell: Shell
  readonly #errors: ErrorReports
  readonly #code: ProgramCode
  readonly #app: AppInstance
  readonly #media: MediaUrls
  readonly #stack: PageStack
  readonly #launch: LaunchOptions
  readonly #visibility = new Listeners<boolean>()
  readonly #options: HarnessOptions
  #wx: ReturnType<typeof createBrowserWx> | undefined
  #isVisible = true

  constructor(program: Program, shell: Shell, errors: ErrorReports, options: HarnessOptions, openPath: string) {
    this.#program = program
    this.#shell = shell
    this.#errors = errors
    this.#options = options
    const ready = new ReadyQueue()
    this.#media = new MediaUrls(program.assets)
    this.#app = new AppInstance(errors)
    this.#code = new ProgramCode(program, errors, ready, (component) => this.#wx?.createSelectorQuery().in(component))
    const backend = new PhoneBackend(() => this.#code.space)
    forwardPointerEvents(shell.phone.screen, backend)
    this.#stack = new PageStack(
      program,
      { code: this.#code, backend: this.#code.env.associateBackend(backend), ready, errors, room: shell.phone.pages },
      {
        onTop: (page, depth) => this.#showBars(page, depth),
        onNotFound: (url, isEntry) => this.#notFound(url, isEntry),
      },
    )
    this.#launch = { ...parsePageUrl(`/${openPath.replace(/^\/+/, '')}`, ''), scene: SCENE }
    registerElements({
      space: this.#code.space,
      router: this.#stack,
      overlay: shell.phone.overlay,
      language: options.language,
      mediaUrl: (source, element) => this.#media.mediaUrl(source, element),
      reportError: (error) => errors.report(error),
    })
  }

  /** Loads the scripts and opens the first page. */
  async start(): Promise<void> {
    const files = await openUserFiles(this.#options)
    this.#wx = createBrowserWx(this.#host(), this.#options, files)
    const modules = await loadScripts<ProgramModules>(this.#program, {
      wx: this.#errors.missing.watch(this.#wx),
      App: this.#app.App,
      getApp: this.#app.getApp,
      Page: this.#code.Page,
      Component: this.#code.Component,
      Behavior: this.#code.Behavior,
      getCurrentPages: () => this.#stack.pages.map(({ caller }) => caller),
      requirePlugin: (name) => {
        throw new Error(`requirePlugin('${name}'): plugins are not in the browser harness`)
      },
    })
    const run = moduleRunner(modules)
    this.#errors.guard(() => run('app'))
    this.#code.runScripts(run)
    this.#connectShell()
    this.#app.launch(this.#launch)
    this.#stack.open(this.#launch)
  }

  setVisible(visible: boolean): void {
    if (visible === this.#isVisible) return
    this.#isVisible = visible
    this.#shell.setBackground(!visible)
    const page = this.#stack.top
    if (visible) {
      this.#app.show(this.#launch)
      this.#visibility.emit(true)
      page?.show()
    } else {
      page?.hide()
      this.#app.hide()
      this.#visibility.emit(false)
    }
  }

  #connectShell(): void {
    const { shell, stack } = { shell: this.#shell, stack: this.#stack }
    const attempt = (moving: Promise<unknown>) => void moving.catch((error) => console.warn(error))
    shell.connect({
      back: () => attempt(stack.navigateBack(1)),
      home: () => attempt(stack.reLaunch(`/${this.#program.app.entryPagePath ?? this.#program.app.pages[0]}`)),
      setVisible: (visible) => this.setVisible(visible),
      share: () => {
        const page = stack.top
        if (page === undefined || !page.has('onShareAppMessage')) return undefined
        return () => page.call('onShareAppMessage', { from: 'menu' }) as object | undefined
      },
      tab: (index, { pagePath, text }) => {
        attempt(stack.switchTab(`/${pagePath}`).then(() => stack.top?.call('onTabItemTap', { index, pagePath, text })))
      },
      themeChanged: (theme) => this.#app.themeChanged(theme),
    })
  }

  #showBars(page: PageInstance, depth: number): void {
    const { pages, entryPagePath = pages[0] } = this.#program.app
    const isHome = page.path === entryPagePath || this.#stack.isTab(page.path)
    this.#shell.showPage(page.path, page.window, depth > 1 ? 'back' : isHome ? 'nothing' : 'home')
  }

  #notFound(url: PageUrl, isEntry: boolean): void {
    const failure = this.#code.failureOf(url.path)
    if (failure !== undefined) {
      // The page exists, but it is broken, which has been reported.
      this.#shell.showBrokenPage(url.path, String(failure))
      return
    }
    if (this.#app.pageNotFound(url, isEntry)) return
    this.#errors.report(new Error(`page "${url.path}" is not found`))
    this.#shell.showMissingPage(url.path)
  }

  #host(): Host {
    const { shell, stack } = { shell: this.#shell, stack: this.#stack }
    const updateWindow = (change: object) => {
      const page = stack.top
      if (page === undefined) return
      page.window = { ...page.window, ...change }
      this.#showBars(page, stack.pages.length)
    }
    return {
      overlay: shell.phone.overlay,
      router: stack,
      launch: this.#launch,
      app: this.#program.app,
      setNavigationBarTitle: (title) => updateWindow({ navigationBarTitleText: title }),
      setNavigationBarColor: ({ frontColor, backgroundColor }) =>
        updateWindow({
          navigationBarBackgroundColor: backgroundColor,
          navigationBarTextStyle: frontColor === '#000000' ? 'black' : 'white',
        }),
      setNavigationBarLoading: (loading) => shell.navigationBar.setLoading(loading),
      currentPageElement: () => stack.top?.element,
      currentPage: () => stack.top?.caller,
      onVisibility: (listener) => this.#visibility.add(listener),
      assetUrl: (path) => this.#media.assetUrl(path),
      onNetworkThrottle: (listener: (throttle: NetworkThrottle) => void) => {
        listener(shell.controls.throttle)
        return shell.controls.throttles.add(listener)
      },
      ...(shell.tabBar === undefined ? {} : { tabBar: shell.tabBar }),
      pullDownRefresh: {
        start: () => stack.top?.startPullDownRefresh(),
        stop: () => stack.top?.stopPullDownRefresh(),
      },
      theme: {
        get current(): Theme {
          return shell.controls.theme
        },
        onChange: (listener) => shell.controls.themes.add(listener),
      },
      screen: () => shell.phone.size(),
      pageScrollTo: (options) => stack.top?.scrollTo(options),
      hideHomeButton: () => shell.navigationBar.hideHome(),
      reportError: (error) => this.#errors.report(error),
      onError: (listener) =>
        this.#errors.listeners.add(({ message, stack: trace }) => listener(`${message}\n${trace}`)),
      provideLocalFiles: (urlOf) => this.#media.provideLocalFiles(urlOf),
    }
  }
}
