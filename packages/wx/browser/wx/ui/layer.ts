import { STYLES } from './styles.ts'

/** Attributes, properties and listeners of a new element. */
export interface ElementOptions {
  readonly class?: string
  readonly text?: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly style?: Readonly<Record<string, string>>
  readonly onTap?: (event: MouseEvent) => void
}

/** Creates an HTML element. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  options: ElementOptions = {},
  ...children: readonly (Node | undefined)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  if (options.class !== undefined) element.className = options.class
  if (options.text !== undefined) element.textContent = options.text
  for (const [name, value] of Object.entries(options.attributes ?? {})) element.setAttribute(name, value)
  for (const [name, value] of Object.entries(options.style ?? {})) element.style.setProperty(name, value)
  if (options.onTap !== undefined) element.addEventListener('click', options.onTap as EventListener)
  element.append(...children.filter((child) => child !== undefined))
  return element
}

/** Chooses the text in the language of the harness. */
export type Words = (zh: string, en: string) => string

/** The layer above the pages, for toasts, sheets and previews. */
export class Layer {
  readonly root: HTMLElement
  readonly words: Words

  constructor(overlay: HTMLElement, language: 'zh_CN' | 'en') {
    this.words = (zh, en) => (language === 'en' ? en : zh)
    this.root = make('div', { class: 'wxui' })
    this.root.lang = language === 'en' ? 'en' : 'zh-CN'
    this.root.append(make('style', { text: STYLES }))
    overlay.append(this.root)
  }

  setTheme(theme: 'light' | 'dark'): void {
    this.root.classList.toggle('wxui-dark', theme === 'dark')
  }

  /**
   * Shows `element` until `close` is called; Escape calls `onEscape`. The focus moves to its element with `data-autofocus`,
   * and back afterwards.
   */
  show(element: HTMLElement, onEscape?: () => void): { close: () => void } {
    const before = document.activeElement
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || onEscape === undefined) return
      event.stopPropagation()
      onEscape()
    }
    element.addEventListener('keydown', onKey)
    // Focusable, so that it still receives keys after a tap beside its buttons.
    element.tabIndex = -1
    this.root.append(element)
    const first = element.querySelector<HTMLElement>('[data-autofocus]') ?? element
    first.focus({ preventScroll: true })
    return {
      close: () => {
        element.remove()
        if (before instanceof HTMLElement) before.focus({ preventScroll: true })
      },
    }
  }
}
