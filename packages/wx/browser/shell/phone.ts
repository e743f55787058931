import type { ScreenSize, Theme } from '../contracts.ts'
import { h } from './dom.ts'

/** The simulated phone: status bar, containers for navigation bar, pages and tab bar, and the overlay above them. */
export class Phone {
  readonly root = h('div', { className: 'phone' })
  readonly screen = h('div', { className: 'phone-screen' })
  readonly statusBar = h('div', { className: 'status-bar' })
  readonly top = h('div', { className: 'phone-top' })
  readonly pages = h('div', { className: 'phone-pages' })
  readonly bottom = h('div', { className: 'phone-bottom' })
  readonly overlay = h('div', { className: 'phone-overlay' })

  constructor() {
    this.statusBar.append(h('span', { className: 'status-time' }, clock()), h('span', { className: 'status-signal' }))
    this.screen.append(this.statusBar, this.top, this.pages, this.bottom, this.overlay)
    this.root.append(this.screen)
    this.setTheme('light')
    setInterval(() => this.statusBar.firstElementChild?.replaceChildren(clock()), 10_000)
  }

  /** Keeps the CSS variables for rpx, vw and vh in step with the screen size. Call it once the phone is in the document. */
  followSize(): void {
    const update = () => {
      this.screen.style.setProperty('--rpx', `${this.screen.clientWidth / 750}px`)
      this.screen.style.setProperty('--vw', `${this.pages.clientWidth / 100}px`)
      this.screen.style.setProperty('--vh', `${this.pages.clientHeight / 100}px`)
    }
    const observer = new ResizeObserver(update)
    observer.observe(this.screen)
    observer.observe(this.pages)
    update()
  }

  setTheme(theme: Theme): void {
    this.screen.dataset.wxTheme = theme
  }

  size(): ScreenSize {
    return {
      screenWidth: this.screen.clientWidth,
      screenHeight: this.screen.clientHeight,
      windowWidth: this.pages.clientWidth,
      windowHeight: this.pages.clientHeight,
      statusBarHeight: this.statusBar.offsetHeight,
    }
  }
}

function clock(): string {
  return new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}
