import { defineElement } from './define.ts'
import { html } from './dom.ts'

/** A sheet over the page, opened and closed by `show`. Navigating back does not close it here. */
export const pageContainer = defineElement({
  tag: 'page-container',
  properties: {
    show: false,
    duration: 300,
    zIndex: 100,
    overlay: true,
    position: 'bottom',
    round: false,
    closeOnSlideDown: false,
    overlayStyle: '',
    customStyle: '',
  },
  css: `
    wx-page-container { display: block }
    wx-page-container > div { position: fixed; inset: 0; visibility: hidden }
    wx-page-container > div[data-open] { visibility: visible }
    wx-page-container .element-overlay { position: absolute; inset: 0; background: rgba(0, 0, 0, .5); opacity: 0; transition: opacity }
    wx-page-container [data-open] > .element-overlay { opacity: 1 }
    wx-page-container .element-content { position: absolute; right: 0; bottom: 0; left: 0; overflow: auto; background: light-dark(#fff, #191919); transform: translateY(100%); transition: transform }
    wx-page-container[data-position='top'] .element-content { top: 0; bottom: auto; transform: translateY(-100%) }
    wx-page-container[data-position='right'] .element-content { top: 0; transform: translateX(100%) }
    wx-page-container[data-position='center'] .element-content { top: 50%; bottom: auto; transform: translateY(-50%) scale(0) }
    wx-page-container [data-open] > .element-content { transform: none !important }
    wx-page-container[data-position='center'] [data-open] > .element-content { transform: translateY(-50%) !important }`,
  create(self) {
    const { dom, props } = self
    const overlay = html('div', 'element-overlay')
    const slot = html('div', 'element-content')
    const root = html('div', '', overlay, slot)
    dom.append(root)
    overlay.addEventListener('click', () => self.emit('clickoverlay', {}))
    let isOpen = false
    let timer = 0
    const turn = (opens: boolean): void => {
      if (opens === isOpen) return
      isOpen = opens
      clearTimeout(timer)
      const [before, during, after] = opens
        ? ['beforeenter', 'enter', 'afterenter']
        : ['beforeleave', 'leave', 'afterleave']
      self.emit(before)
      root.toggleAttribute('data-open', opens)
      self.emit(during)
      timer = window.setTimeout(() => self.emit(after), props.duration)
    }
    return {
      slot,
      detached: () => clearTimeout(timer),
      update() {
        const { duration, zIndex, position, round, overlayStyle, customStyle } = props
        dom.dataset.position = position
        overlay.hidden = !props.overlay
        overlay.style.cssText = `transition-duration: ${duration}ms; ${overlayStyle}`
        const corners = round && position === 'bottom' ? 'border-radius: 16px 16px 0 0;' : ''
        slot.style.cssText = `transition-duration: ${duration}ms; ${corners} ${customStyle}`
        root.style.zIndex = String(zIndex)
        turn(props.show)
      },
    }
  },
})

/** Shows its children if the screen matches the attributes. */
export const matchMedia = defineElement({
  tag: 'match-media',
  properties: {
    minWidth: null,
    maxWidth: null,
    width: null,
    minHeight: null,
    maxHeight: null,
    height: null,
    orientation: '',
  },
  css: 'wx-match-media { display: block } wx-match-media[data-off] { display: none }',
  create(self) {
    const observer = new ResizeObserver(() => look())
    const look = (): void => {
      const screen = self.dom.closest('.page-scroller') ?? document.documentElement
      const { clientWidth: wide, clientHeight: high } = screen
      const { minWidth, maxWidth, width, minHeight, maxHeight, height, orientation } = self.props
      const holds =
        within(wide, minWidth, maxWidth, width) &&
        within(high, minHeight, maxHeight, height) &&
        (orientation === '' || (orientation === 'landscape') === wide > high)
      self.dom.toggleAttribute('data-off', !holds)
    }
    return {
      attached() {
        look()
        observer.observe(self.dom.closest('.page-scroller') ?? document.documentElement)
      },
      detached: () => observer.disconnect(),
      update: () => look(),
    }
  },
})

function within(value: number, low: unknown, high: unknown, exactly: unknown): boolean {
  const has = (bound: unknown): boolean => bound !== null && bound !== undefined && bound !== ''
  return (
    (!has(low) || value >= Number(low)) &&
    (!has(high) || value <= Number(high)) &&
    (!has(exactly) || value === Number(exactly))
  )
}
