import { requireString } from '../../../src/shared/failure.ts'
import type { ToastOptions } from '../../../src/shared/ui-types.ts'
import { type Layer, make } from './layer.ts'

/** The default duration of a toast. */
const DEFAULT_DURATION_MS = 1500

export interface BrowserToastOptions extends ToastOptions {
  /** A picture of the program instead of the icon. */
  image?: string | undefined
}

/** Toasts and the loading sign; each replaces the one that is shown. */
export class Toast {
  readonly #layer: Layer
  readonly #pictureUrl: (path: string) => string
  #shown: HTMLElement | undefined
  #isLoading = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(layer: Layer, pictureUrl: (path: string) => string) {
    this.#layer = layer
    this.#pictureUrl = pictureUrl
  }

  showToast(options: BrowserToastOptions): object {
    this.#show(options, options.icon === 'loading')
    this.#isLoading = false
    const { duration } = options
    const stays = typeof duration === 'number' && duration >= 0 ? duration : DEFAULT_DURATION_MS
    this.#timer = setTimeout(() => this.#hide(), stays)
    return {}
  }

  showLoading(options: BrowserToastOptions): object {
    this.#show({ ...options, icon: 'loading', image: undefined }, true)
    this.#isLoading = true
    return {}
  }

  /** Hides toast or loading sign, as WeChat does; with `noConflict` only the given kind. */
  hide(kind: 'toast' | 'loading', noConflict: boolean): object {
    if (!noConflict || this.#isLoading === (kind === 'loading')) this.#hide()
    return {}
  }

  #hide(): void {
    clearTimeout(this.#timer)
    this.#shown?.remove()
    this.#shown = undefined
    this.#isLoading = false
  }

  #show(options: BrowserToastOptions, busy: boolean): void {
    const { title } = options
    if (typeof title !== 'string') requireString(title, 'title')
    this.#hide()
    const box = make('div', {
      class:
        options.icon === 'none' && options.image === undefined
          ? 'wxui-toast wxui-toast-text'
          : 'wxui-toast wxui-toast-icon',
      attributes: {
        role: options.icon === 'error' ? 'alert' : 'status',
        'aria-live': 'polite',
        'aria-busy': String(busy),
      },
    })
    if (box.classList.contains('wxui-toast-icon')) box.append(this.#icon(options), make('div', { text: title }))
    else box.textContent = title
    this.#shown = make('div', options.mask === true ? { class: 'wxui-mask' } : {}, box)
    this.#layer.root.append(this.#shown)
  }

  #icon({ icon, image }: BrowserToastOptions): Element {
    if (image !== undefined) return make('img', { attributes: { src: this.#pictureUrl(image), alt: '' } })
    if (icon === 'loading') return make('div', { class: 'wxui-spinner' })
    const shape =
      icon === 'error'
        ? '<path d="M24 10v18M24 36v2" stroke-width="3.5"/><circle cx="24" cy="24" r="21" stroke-width="2.5"/>'
        : '<path d="M8 25l11 11L41 13" stroke-width="3.5"/>'
    const holder = make('div')
    holder.innerHTML = `<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" aria-hidden="true">${shape}</svg>`
    return holder.firstElementChild ?? holder
  }
}
