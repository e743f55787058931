/** Options and results of the calls that show something. */

export interface ModalResult {
  confirm: boolean
  cancel: boolean
}

export interface ToastOptions {
  title: string
  icon?: 'success' | 'error' | 'loading' | 'none' | undefined
  /** Milliseconds. */
  duration?: number | undefined
  /** Blocks touches on the page. */
  mask?: boolean | undefined
}

export interface ModalOptions {
  title?: string | undefined
  content?: string | undefined
  showCancel?: boolean | undefined
  confirmText?: string | undefined
  cancelText?: string | undefined
}
