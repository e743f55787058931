/** The page of the tests: a phone without a program, whose runtime is a fake that records its calls. */
import type { HarnessOptions, Host, NetworkThrottle } from '../../contracts.ts'
import { loadScripts } from '../../runtime/scope.ts'
import { createBrowserPhone, openUserFiles } from '../index.ts'

/** Options of the phone for tests. */
interface TestPhoneOptions extends HarnessOptions {
  readonly app?: Host['app']
}

async function start(options: TestPhoneOptions): Promise<object> {
  const calls: unknown[][] = []
  const note =
    (name: string) =>
    (...given: unknown[]): void =>
      void calls.push([name, ...given])
  const go =
    (name: string) =>
    async (url: unknown): Promise<void> => {
      note(name)(url)
      if (String(url).includes('missing')) throw new Error(`page "${String(url)}" is not found`)
    }
  let tellVisible: (visible: boolean) => void = () => undefined
  let tellThrottle: (throttle: NetworkThrottle) => void = () => undefined
  const overlay = element('overlay')
  const page = element('page')
  const channel = { emit: note('emit'), on: note('on'), once: note('once'), off: note('off') }
  const host: Host = {
    overlay,
    router: {
      navigateTo: async (url, events) => {
        await go('navigateTo')(url)
        note('events')(Object.keys(events ?? {}))
        return channel
      },
      redirectTo: go('redirectTo'),
      reLaunch: go('reLaunch'),
      switchTab: go('switchTab'),
      navigateBack: go('navigateBack'),
    },
    setNavigationBarTitle: note('title'),
    setNavigationBarColor: note('color'),
    setNavigationBarLoading: note('loading'),
    currentPageElement: () => page,
    onVisibility: (listener) => {
      tellVisible = listener
      return () => undefined
    },
    launch: { path: 'pages/a/a', query: { id: '1' }, scene: 1001 },
    assetUrl: (path) => `/assets/${path.replace(/^\//, '')}`,
    onNetworkThrottle: (listener) => {
      tellThrottle = listener
      listener('none')
      return () => undefined
    },
    tabBar: { setBadge: note('badge'), setRedDot: note('dot'), setVisible: note('visible'), setItem: note('item') },
    pullDownRefresh: { start: () => note('pull')('start'), stop: () => note('pull')('stop') },
    ...(options.app === undefined ? {} : { app: options.app }),
  }
  const phone = createBrowserPhone(host, options, await openUserFiles(options))
  const sdk = async (scripts: string): Promise<unknown> => {
    const nothing = (): void => undefined
    const scope = {
      wx: phone.wx,
      App: nothing,
      Page: nothing,
      Component: nothing,
      Behavior: nothing,
      getApp: nothing,
      getCurrentPages: () => [],
      requirePlugin: () => {
        throw new Error('there are no plugins')
      },
    }
    const program = { scripts } as Parameters<typeof loadScripts>[0]
    return (await loadScripts<(path: string) => void>(program, scope))('')
  }
  return {
    ...phone,
    calls,
    page,
    sdk,
    setVisible: (visible: boolean) => tellVisible(visible),
    throttle: (to: NetworkThrottle) => tellThrottle(to),
  }
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

Object.assign(window, { start })
