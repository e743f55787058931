import { type AsyncApi, asyncApi, type ReportCallbackError } from '../shared/callbacks.ts'
import type { ModalOptions, ModalResult, ToastOptions } from '../shared/ui-types.ts'

/** One call that shows something to the user. */
export interface UiRecord {
  api: string
  options: object
}

/** The calls of `wx` that show something. */
export interface UiApi {
  showToast: AsyncApi<ToastOptions, object>
  hideToast: AsyncApi<object, object>
  showLoading: AsyncApi<{ title: string; mask?: boolean | undefined }, object>
  hideLoading: AsyncApi<object, object>
  showModal: AsyncApi<ModalOptions, ModalResult>
}

/** Makes the calls that show something. They only add to `records`; `confirms` is the user's answer to a modal. */
export function createUiApi(records: UiRecord[], confirms: () => boolean, report: ReportCallbackError): UiApi {
  const recorded = <Options extends object, Result extends object>(
    api: string,
    answer: () => Result,
  ): AsyncApi<Options, Result> => {
    const call = asyncApi<Options, Result>(api, report, answer)
    const recording = (options: Options): unknown => {
      const shown = Object.entries(options ?? {}).filter(([, value]) => typeof value !== 'function')
      records.push({ api, options: Object.fromEntries(shown) })
      return call(options)
    }
    return recording as AsyncApi<Options, Result>
  }
  return {
    showToast: recorded('showToast', () => ({})),
    hideToast: recorded('hideToast', () => ({})),
    showLoading: recorded('showLoading', () => ({})),
    hideLoading: recorded('hideLoading', () => ({})),
    showModal: recorded('showModal', () => ({ confirm: confirms(), cancel: !confirms() })),
  }
}
