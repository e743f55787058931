import { Listeners } from '../../src/shared/listeners.ts'
import type { HarnessOptions, NetworkThrottle, Theme } from '../contracts.ts'
import { h } from './dom.ts'
import type { Texts } from './texts.ts'

/** The controls beside the phone: user, network, background, dark mode, restart. */
export class Controls {
  readonly root: HTMLElement
  readonly throttles = new Listeners<NetworkThrottle>()
  readonly themes = new Listeners<Theme>()
  readonly background = new Listeners<void>()
  readonly #network: HTMLSelectElement
  readonly #dark: HTMLInputElement
  readonly #background: HTMLButtonElement
  readonly #texts: Texts

  constructor(texts: Texts, options: HarnessOptions, { hasDarkMode }: { hasDarkMode: boolean }) {
    this.#texts = texts
    this.#background = this.#button(texts.toBackground, () => this.background.emit())
    const user = h('input', {
      type: 'text',
      value: options.user,
      title: texts.userHint,
      spellcheck: false,
      required: true,
    })
    user.setAttribute('autocapitalize', 'off')
    const openAs = (event: Event) => {
      event.preventDefault()
      if (user.value.trim() !== '') openAsUser(user.value.trim())
    }
    this.#network = h(
      'select',
      { onchange: () => this.throttles.emit(this.throttle) },
      new Option(texts.networkNone, 'none'),
      new Option(texts.networkSlow, 'slow'),
      new Option(texts.networkOffline, 'offline'),
    )
    this.#dark = h('input', {
      type: 'checkbox',
      disabled: !hasDarkMode,
      checked: hasDarkMode && matchMedia('(prefers-color-scheme: dark)').matches,
      onchange: () => this.themes.emit(this.theme),
    })
    const dark = h('label', { className: 'control-check' }, this.#dark, texts.dark)
    if (!hasDarkMode) dark.title = texts.darkOff
    this.root = h(
      'form',
      { className: 'controls', onsubmit: openAs },
      h('label', {}, h('span', {}, texts.user), user),
      h('label', {}, h('span', {}, texts.network), this.#network),
      dark,
      h('div', { className: 'control-buttons' }, this.#background, this.#button(texts.reload, restart)),
    )
  }

  get throttle(): NetworkThrottle {
    return this.#network.value as NetworkThrottle
  }

  get theme(): Theme {
    return this.#dark.checked ? 'dark' : 'light'
  }

  setBackground(isInBackground: boolean): void {
    this.#background.textContent = isInBackground ? this.#texts.toForeground : this.#texts.toBackground
  }

  #button(text: string, onclick: () => void): HTMLButtonElement {
    return h('button', { type: 'button', onclick }, text)
  }
}

/** Restarts the program on the page in the address. */
function restart(): void {
  location.reload()
}

function openAsUser(user: string): void {
  const address = new URL(location.href)
  address.searchParams.set('user', user)
  location.assign(address)
}
