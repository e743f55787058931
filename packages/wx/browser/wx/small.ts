import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../src/shared/callbacks.ts'
import { requireString } from '../../src/shared/failure.ts'
import type { Toast } from './ui/toast.ts'

export interface SmallApi {
  setClipboardData: AsyncApi<{ data: string }, object>
  getClipboardData: AsyncApi<object, { data: string }>
  vibrateShort: AsyncApi<{ type?: 'heavy' | 'medium' | 'light' | undefined }, object>
  vibrateLong: AsyncApi<object, object>
  hideKeyboard: AsyncApi<object, object>
}

/** How long WeChat's two vibrations last. */
const VIBRATION_MS = { short: 15, long: 400 }

/** Makes clipboard, vibration and keyboard. The clipboard is the computer's where the browser allows, else our own. */
export function createSmallApi(toast: Toast, copied: string, report: ReportCallbackError): SmallApi {
  let own = ''
  const vibrate = (ms: number): object => {
    navigator.vibrate?.(ms)
    return {}
  }
  return {
    setClipboardData: asyncApi('setClipboardData', report, async ({ data }: { data: string }) => {
      own = requireString(data, 'data')
      await navigator.clipboard?.writeText(own).catch(() => undefined)
      toast.showToast({ title: copied, icon: 'success' })
      return {}
    }),
    getClipboardData: asyncApi('getClipboardData', report, async () => {
      const text = await navigator.clipboard?.readText().catch(() => undefined)
      return { data: text ?? own }
    }),
    vibrateShort: asyncApi('vibrateShort', report, () => vibrate(VIBRATION_MS.short)),
    vibrateLong: asyncApi('vibrateLong', report, () => vibrate(VIBRATION_MS.long)),
    hideKeyboard: asyncApi('hideKeyboard', report, () => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      return {}
    }),
  }
}

type Quiet = (...given: unknown[]) => void

export interface QuietApi {
  reportEvent: Quiet
  reportAnalytics: Quiet
  reportMonitor: Quiet
  getUpdateManager: () => Record<'onCheckForUpdate' | 'onUpdateReady' | 'onUpdateFailed' | 'applyUpdate', Quiet>
  getLogManager: () => Record<'debug' | 'info' | 'log' | 'warn', Quiet>
  getRealtimeLogManager: () => Record<
    'info' | 'warn' | 'error' | 'setFilterMsg' | 'addFilterMsg' | 'in' | 'getCurrentState',
    Quiet
  >
}

/** Calls that do something in WeChat's cloud only: here they do nothing, and say so once each in the console. */
export function createQuietApi(): QuietApi {
  const said = new Set<string>()
  const quiet =
    (name: string): Quiet =>
    () => {
      if (said.has(name)) return
      said.add(name)
      console.info(`wx.${name} does nothing in the browser harness`)
    }
  const named = <Name extends string>(owner: string, names: readonly Name[]): Record<Name, Quiet> =>
    Object.fromEntries(names.map((name) => [name, quiet(`${owner}().${name}`)])) as Record<Name, Quiet>
  return {
    reportEvent: quiet('reportEvent'),
    reportAnalytics: quiet('reportAnalytics'),
    reportMonitor: quiet('reportMonitor'),
    getUpdateManager: () =>
      named('getUpdateManager', ['onCheckForUpdate', 'onUpdateReady', 'onUpdateFailed', 'applyUpdate']),
    getLogManager: () => named('getLogManager', ['debug', 'info', 'log', 'warn']),
    getRealtimeLogManager: () =>
      named('getRealtimeLogManager', [
        'info',
        'warn',
        'error',
        'setFilterMsg',
        'addFilterMsg',
        'in',
        'getCurrentState',
      ]),
  }
}
