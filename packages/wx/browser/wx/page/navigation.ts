import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../../src/shared/callbacks.ts'
import { requireString } from '../../../src/shared/failure.ts'
import type { EventChannel, Host } from '../../contracts.ts'

interface UrlOptions {
  url: string
}

interface NavigateOptions extends UrlOptions {
  /** Listeners for what the opened page emits. */
  events?: Record<string, (...args: never[]) => void> | undefined
}

/** The calls of `wx` that move between pages. */
export interface NavigationApi {
  navigateTo: AsyncApi<NavigateOptions, { eventChannel: EventChannel }>
  redirectTo: AsyncApi<UrlOptions, object>
  reLaunch: AsyncApi<UrlOptions, object>
  switchTab: AsyncApi<UrlOptions, object>
  navigateBack: AsyncApi<{ delta?: number | undefined }, object>
}

/** Makes the calls that move between pages, with the router of the runtime. */
export function createNavigationApi({ router }: Host, report: ReportCallbackError): NavigationApi {
  const to = (api: 'redirectTo' | 'reLaunch' | 'switchTab') =>
    asyncApi(api, report, async ({ url }: UrlOptions) => {
      await router[api](requireString(url, 'url'))
      return {}
    })
  return {
    navigateTo: asyncApi('navigateTo', report, async ({ url, events }: NavigateOptions) => ({
      eventChannel: await router.navigateTo(requireString(url, 'url'), events),
    })),
    redirectTo: to('redirectTo'),
    reLaunch: to('reLaunch'),
    switchTab: to('switchTab'),
    navigateBack: asyncApi('navigateBack', report, async ({ delta }: { delta?: number | undefined }) => {
      await router.navigateBack(typeof delta === 'number' && delta >= 1 ? Math.floor(delta) : 1)
      return {}
    }),
  }
}
