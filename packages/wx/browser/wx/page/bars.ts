import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../../src/shared/callbacks.ts'
import { requireString, WxFailure } from '../../../src/shared/failure.ts'
import type { Host } from '../../contracts.ts'

/** The calls of `wx` for navigation bar, tab bar and pull-down refresh. */
export interface BarsApi {
  setNavigationBarTitle: AsyncApi<{ title: string }, object>
  setNavigationBarColor: AsyncApi<{ frontColor: string; backgroundColor: string }, object>
  showNavigationBarLoading: AsyncApi<object, object>
  hideNavigationBarLoading: AsyncApi<object, object>
  hideHomeButton: AsyncApi<object, object>
  startPullDownRefresh: AsyncApi<object, object>
  stopPullDownRefresh: AsyncApi<object, object>
  setTabBarBadge: AsyncApi<{ index: number; text: string }, object>
  removeTabBarBadge: AsyncApi<{ index: number }, object>
  showTabBarRedDot: AsyncApi<{ index: number }, object>
  hideTabBarRedDot: AsyncApi<{ index: number }, object>
  showTabBar: AsyncApi<object, object>
  hideTabBar: AsyncApi<object, object>
  setTabBarItem: AsyncApi<TabBarItem, object>
}

interface BarColor {
  frontColor: string
  backgroundColor: string
}

interface Tab {
  index: number
}

interface TabBarItem extends Tab {
  text?: string | undefined
  iconPath?: string | undefined
  selectedIconPath?: string | undefined
}

/** WeChat shows dots for a badge with more characters. */
const MAX_BADGE_TEXT = 4

/** Makes the calls for navigation bar, tab bar and pull-down refresh. */
export function createBarsApi(host: Host, report: ReportCallbackError): BarsApi {
  const act = <Options extends object>(api: string, work: (options: Options) => void): AsyncApi<Options, object> =>
    asyncApi<Options, object>(api, report, (options) => {
      work(options)
      return {}
    })
  const tabs = tabBarOf(host)
  return {
    setNavigationBarTitle: act('setNavigationBarTitle', ({ title }: { title: string }) => {
      if (typeof title !== 'string') requireString(title, 'title')
      host.setNavigationBarTitle(title)
    }),
    setNavigationBarColor: act('setNavigationBarColor', ({ frontColor, backgroundColor }: BarColor) => {
      if (!/^#(000000|ffffff)$/i.test(requireString(frontColor, 'frontColor'))) {
        throw new WxFailure(`invalid frontColor "${frontColor}"`)
      }
      host.setNavigationBarColor({ frontColor, backgroundColor: requireString(backgroundColor, 'backgroundColor') })
    }),
    showNavigationBarLoading: act('showNavigationBarLoading', () => host.setNavigationBarLoading?.(true)),
    hideNavigationBarLoading: act('hideNavigationBarLoading', () => host.setNavigationBarLoading?.(false)),
    hideHomeButton: act('hideHomeButton', () => host.hideHomeButton?.()),
    startPullDownRefresh: act('startPullDownRefresh', () => host.pullDownRefresh?.start()),
    stopPullDownRefresh: act('stopPullDownRefresh', () => host.pullDownRefresh?.stop()),
    setTabBarBadge: act('setTabBarBadge', ({ index, text }: { index: number; text: string }) => {
      const characters = [...requireString(text, 'text')]
      const shown = characters.length > MAX_BADGE_TEXT ? '...' : text
      tabs(index).setBadge(index, shown)
    }),
    removeTabBarBadge: act('removeTabBarBadge', ({ index }: Tab) => tabs(index).setBadge(index, undefined)),
    showTabBarRedDot: act('showTabBarRedDot', ({ index }: Tab) => tabs(index).setRedDot(index, true)),
    hideTabBarRedDot: act('hideTabBarRedDot', ({ index }: Tab) => tabs(index).setRedDot(index, false)),
    showTabBar: act('showTabBar', () => tabs(0).setVisible(true)),
    hideTabBar: act('hideTabBar', () => tabs(0).setVisible(false)),
    setTabBarItem: act('setTabBarItem', ({ index, text, iconPath, selectedIconPath }: TabBarItem) =>
      tabs(index).setItem(index, {
        ...(text === undefined ? {} : { text }),
        ...(iconPath === undefined ? {} : { iconPath }),
        ...(selectedIconPath === undefined ? {} : { selectedIconPath }),
      }),
    ),
  }
}

/** Returns the tab bar; fails if the program has none, or no tab `index`. */
function tabBarOf(host: Host): (index: unknown) => NonNullable<Host['tabBar']> {
  return (index) => {
    const count = host.app?.tabBar?.list.length ?? 0
    if (host.tabBar === undefined || count === 0) throw new WxFailure('not TabBar page')
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count) {
      throw new WxFailure('parameter error: parameter.index is invalid')
    }
    return host.tabBar
  }
}
