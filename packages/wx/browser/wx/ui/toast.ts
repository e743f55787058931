import { WxFailure } from '../../../src/shared/failure.ts'
import { type Layer, make } from './layer.ts'

/** How long a toast stays when the program does not say. */
const DEFAULT_DURATION_MS = 1500

export interface ToastOptions {
  title: string
  icon?: 'success' | 'error' | 'loading' | 'none' | undefined
  /** A picture of the program in place of the icon. */
  image?: string | undefined
  /** Milliseconds. */
  duration?: number | undefined
  /** Keeps touches from the page. */
  mask?: boolean | undefined
}

/** The one place in the middle of the screen that toasts and the loading sign share: each replaces what is there. */
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

  showToast(options: ToastOptions): object {
    this.#show(options, options.icon === 'loading')
    this.#isLoading = false
    const { duration } = options
    const stays = typeof duration === 'number' && duration >= 0 ? duration : DEFAULT_DURATION_MS
    this.#timer = setTimeout(() => this.#hide(), stays)
    return {}
  }

  showLoading(options: ToastOptions): object {
    this.#show({ ...options, icon: 'loading', image: undefined }, true)
    this.#isLoading = true
    return {}
  }

  /** Hides either, as WeChat does; with `noConflict` only the kind that is asked for. */
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

  #show(options: ToastOptions, busy: boolean): void {
    const { title } = options
    if (typeof title !== 'string') {
      throw new WxFailure(`parameter error: parameter.title should be String instead of ${kindOf(title)};`)
    }
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

  #icon({ icon, image }: ToastOptions): Element {
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

function kindOf(value: unknown): string {
  const name = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return name.charAt(0).toUpperCase() + name.slice(1)
}
