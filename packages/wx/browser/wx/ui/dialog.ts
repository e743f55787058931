import { WxFailure } from '../../../src/shared/failure.ts'
import type { ModalOptions, ModalResult } from '../../../src/shared/ui-types.ts'
import { type Layer, make } from './layer.ts'

/** WeChat's limit for the text of a dialog button, in Chinese characters. */
const MAX_BUTTON_TEXT = 4
/** WeChat's limit for the entries of an action sheet. */
const MAX_SHEET_ITEMS = 6

export interface BrowserModalOptions extends ModalOptions {
  cancelColor?: string | undefined
  confirmColor?: string | undefined
  /** Shows an input field instead of the text; `content` is its initial value. */
  editable?: boolean | undefined
  placeholderText?: string | undefined
}

export interface BrowserModalResult extends ModalResult {
  /** The entered text, if editable. */
  content?: string | null
}

/** `wx.showModal`: resolves with what the user taps. */
export function showModal(layer: Layer, options: BrowserModalOptions): Promise<BrowserModalResult> {
  const { title = '', content = '', showCancel = true, editable = false } = options
  const cancelText = options.cancelText ?? layer.words('取消', 'Cancel')
  const confirmText = options.confirmText ?? layer.words('确定', 'OK')
  for (const name of ['cancelText', 'confirmText'] as const) assertShort(name, options[name])
  return new Promise((resolve) => {
    const input = editable
      ? make('input', {
          attributes: {
            value: content,
            placeholder: options.placeholderText ?? '',
            'data-autofocus': '',
            'aria-label': title,
          },
        })
      : undefined
    const end = (confirm: boolean): void => {
      shown.close()
      const entered = input === undefined ? {} : { content: confirm ? input.value : null }
      resolve({ confirm, cancel: !confirm, ...entered })
    }
    const button = (text: string, color: string | undefined, confirm: boolean): HTMLElement =>
      make('button', {
        text,
        attributes: { type: 'button', ...(confirm && !editable ? { 'data-autofocus': '' } : {}) },
        style: { color: color ?? (confirm ? 'var(--link)' : 'var(--fg)') },
        onTap: () => end(confirm),
      })
    const dialog = make(
      'div',
      { class: 'wxui-dialog', attributes: { role: 'dialog', 'aria-modal': 'true', 'aria-label': title || content } },
      title === '' ? undefined : make('h2', { text: String(title) }),
      content === '' && input === undefined
        ? undefined
        : make('div', { class: 'wxui-dialog-body', text: input === undefined ? String(content) : '' }, input),
      make(
        'div',
        { class: 'wxui-dialog-foot' },
        showCancel ? button(cancelText, options.cancelColor, false) : undefined,
        button(confirmText, options.confirmColor, true),
      ),
    )
    // Escape in a dialog without a cancel button acts like its only button.
    const shown = layer.show(make('div', { class: 'wxui-mask wxui-dim' }, dialog), () => end(!showCancel))
  })
}

function assertShort(name: string, text: unknown): void {
  if (text === undefined) return
  if (typeof text !== 'string' || [...text].length > MAX_BUTTON_TEXT) {
    throw new WxFailure(`${name} length should not larger than ${MAX_BUTTON_TEXT} Chinese characters`)
  }
}

export interface ActionSheetOptions {
  itemList: string[]
  itemColor?: string | undefined
  alertText?: string | undefined
}

/** `wx.showActionSheet`: resolves with the index of the entry; fails with `cancel`. */
export async function showActionSheet(layer: Layer, options: ActionSheetOptions): Promise<{ tapIndex: number }> {
  const { itemList } = options
  if (!Array.isArray(itemList) || itemList.length === 0) {
    throw new WxFailure('parameter error: parameter.itemList should have at least 1 item;')
  }
  if (itemList.length > MAX_SHEET_ITEMS) {
    throw new WxFailure(`parameter error: itemList should not be large than ${MAX_SHEET_ITEMS}`)
  }
  const tapIndex = await askSheet(layer, itemList.map(String), options)
  if (tapIndex === undefined) throw new WxFailure('cancel')
  return { tapIndex }
}

/**
 * Shows an action sheet. `onTap` runs synchronously in the user's gesture, as opening a file dialog requires. Resolves with
 * the index, or undefined if the user cancels.
 */
export function askSheet(
  layer: Layer,
  items: readonly string[],
  options: { itemColor?: string | undefined; alertText?: string | undefined; onTap?: (index: number) => void } = {},
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const end = (index: number | undefined): void => {
      shown.close()
      if (index !== undefined) options.onTap?.(index)
      resolve(index)
    }
    const entries = items.map((text, index) =>
      make('button', {
        text,
        attributes: { type: 'button', ...(index === 0 ? { 'data-autofocus': '' } : {}) },
        ...(options.itemColor === undefined ? {} : { style: { color: options.itemColor } }),
        onTap: () => end(index),
      }),
    )
    const title =
      options.alertText === undefined ? undefined : make('div', { class: 'wxui-sheet-title', text: options.alertText })
    const cancel = make('button', {
      text: layer.words('取消', 'Cancel'),
      attributes: { type: 'button' },
      onTap: () => end(undefined),
    })
    const sheet = make(
      'div',
      {
        class: 'wxui-sheet',
        attributes: { role: 'dialog', 'aria-modal': 'true', 'aria-label': options.alertText ?? 'action sheet' },
      },
      make('div', { class: 'wxui-sheet-group' }, title, ...entries),
      cancel,
    )
    const mask = make(
      'div',
      { class: 'wxui-mask wxui-dim', onTap: ({ target }) => target === mask && end(undefined) },
      sheet,
    )
    const shown = layer.show(mask, () => end(undefined))
  })
}

/** Shows a sheet that asks for consent, like WeChat's for the privacy guideline and for permissions. */
export function askConsent(layer: Layer, title: string, lines: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (agreed: boolean): void => {
      shown.close()
      resolve(agreed)
    }
    const button = (text: string, agreed: boolean): HTMLElement =>
      make('button', {
        text,
        class: agreed ? 'wxui-yes' : 'wxui-no',
        attributes: { type: 'button', ...(agreed ? { 'data-autofocus': '' } : {}) },
        onTap: () => end(agreed),
      })
    const sheet = make(
      'div',
      { class: 'wxui-sheet wxui-ask', attributes: { role: 'dialog', 'aria-modal': 'true', 'aria-label': title } },
      make('h2', { text: title }),
      ...lines.map((text, index) => make('p', { text, class: index === 0 ? '' : 'wxui-small' })),
      make(
        'div',
        { class: 'wxui-ask-foot' },
        button(layer.words('拒绝', 'Decline'), false),
        button(layer.words('同意', 'Agree'), true),
      ),
    )
    const shown = layer.show(make('div', { class: 'wxui-mask wxui-dim' }, sheet), () => end(false))
  })
}
