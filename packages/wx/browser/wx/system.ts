import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../src/shared/callbacks.ts'
import { requireString } from '../../src/shared/failure.ts'
import type { Toast } from './ui/toast.ts'

/** The calls of `wx` for clipboard, vibration and keyboard. */
export interface SystemApi {
  setClipboardData: AsyncApi<{ data: string }, object>
  getClipboardData: AsyncApi<object, { data: string }>
  vibrateShort: AsyncApi<{ type?: 'heavy' | 'medium' | 'light' | undefined }, object>
  vibrateLong: AsyncApi<object, object>
  hideKeyboard: AsyncApi<object, object>
}

/** The durations of WeChat's two vibrations. */
const VIBRATION_MS = { short: 15, long: 400 }

/** Makes the calls for clipboard, vibration and keyboard. The clipboard is the real one if the browser allows it. */
export function createSystemApi(toast: Toast, copied: string, report: ReportCallbackError): SystemApi {
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
