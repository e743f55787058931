import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../../src/shared/callbacks.ts'
import {
  type ActionSheetOptions,
  type BrowserModalOptions,
  type BrowserModalResult,
  showActionSheet,
  showModal,
} from './dialog.ts'
import type { Layer } from './layer.ts'
import type { BrowserToastOptions, Toast } from './toast.ts'

/** The calls of `wx` that show something above the page. */
export interface BrowserUiApi {
  showToast: AsyncApi<BrowserToastOptions, object>
  hideToast: AsyncApi<{ noConflict?: boolean | undefined }, object>
  showLoading: AsyncApi<{ title: string; mask?: boolean | undefined }, object>
  hideLoading: AsyncApi<{ noConflict?: boolean | undefined }, object>
  showModal: AsyncApi<BrowserModalOptions, BrowserModalResult>
  showActionSheet: AsyncApi<ActionSheetOptions, { tapIndex: number }>
}

/** Makes the calls that show something. */
export function createUiApi(layer: Layer, toast: Toast, report: ReportCallbackError): BrowserUiApi {
  const hide = (kind: 'toast' | 'loading') => (options: { noConflict?: boolean | undefined }) =>
    toast.hide(kind, options.noConflict === true)
  return {
    showToast: asyncApi('showToast', report, (options: BrowserToastOptions) => toast.showToast(options)),
    hideToast: asyncApi('hideToast', report, hide('toast')),
    showLoading: asyncApi('showLoading', report, (options: BrowserToastOptions) => toast.showLoading(options)),
    hideLoading: asyncApi('hideLoading', report, hide('loading')),
    showModal: asyncApi('showModal', report, (options: BrowserModalOptions) => showModal(layer, options)),
    showActionSheet: asyncApi('showActionSheet', report, (options: ActionSheetOptions) =>
      showActionSheet(layer, options),
    ),
  }
}
