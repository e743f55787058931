import { defineElement } from './define.ts'
import { html, keepInside } from './dom.ts'
import { createRefresher } from './refresher.ts'

/** WeChat reports reaching an edge at most once in this time. */
const EDGE_QUIET_MS = 200

export const scrollView = defineElement({
  tag: 'scroll-view',
  properties: {
    scrollX: false,
    scrollY: false,
    upperThreshold: 50,
    lowerThreshold: 50,
    scrollTop: null,
    scrollLeft: null,
    scrollIntoView: '',
    scrollIntoViewOffset: 0,
    scrollWithAnimation: false,
    enableBackToTop: false,
    enablePassive: false,
    enableFlex: false,
    scrollAnchoring: false,
    showScrollbar: true,
    enhanced: false,
    bounces: true,
    pagingEnabled: false,
    fastDeceleration: false,
    usingSticky: false,
    type: 'list',
    reverse: false,
    clip: true,
    cacheExtent: null,
    refresherEnabled: false,
    refresherThreshold: 45,
    refresherDefaultStyle: 'black',
    refresherBackground: '',
    refresherTriggered: false,
  },
  css: `
    wx-scroll-view { display: block; width: 100%; overflow: hidden }
    wx-scroll-view > .element-scroller { position: relative; box-sizing: border-box; width: 100%; height: 100%; max-height: inherit; overflow: hidden }
    wx-scroll-view[data-x] > .element-scroller { overflow-x: auto }
    wx-scroll-view[data-y] > .element-scroller { overflow-y: auto; overscroll-behavior-y: contain }
    wx-scroll-view[data-bare] > .element-scroller { scrollbar-width: none }
    wx-scroll-view > .element-scroller > .element-scrolled { width: 100%; height: 100% }
    wx-scroll-view[data-flex] > .element-scroller > .element-scrolled { display: flex; flex-direction: inherit; justify-content: inherit; align-items: inherit; align-content: inherit }
    wx-scroll-view .element-refresher { display: flex; height: 0; overflow: hidden; align-items: center; justify-content: center }
    wx-scroll-view .element-refresher i { width: 6px; height: 6px; margin: 3px; border-radius: 50%; background: currentColor; opacity: .4 }
    wx-scroll-view .element-refresher[data-busy] i { animation: element-dot .9s infinite alternate }
    wx-scroll-view .element-refresher[data-busy] i:nth-child(2) { animation-delay: .3s }
    wx-scroll-view .element-refresher[data-busy] i:nth-child(3) { animation-delay: .6s }
    @keyframes element-dot { to { opacity: .9 } }`,
  create(self) {
    const { dom, props } = self
    const slot = html('div', 'element-scrolled')
    const refresher = createRefresher(self, () => scroller.scrollTop <= 0)
    const scroller = html('div', 'element-scroller', refresher.bar, slot)
    dom.append(scroller)
    keepInside(scroller, 'scroll')

    let before = { left: 0, top: 0 }
    const told: Record<string, number> = {}
    const tell = (event: string, direction: string): void => {
      const now = performance.now()
      if (now - (told[direction] ?? Number.NEGATIVE_INFINITY) < EDGE_QUIET_MS) return
      told[direction] = now
      self.emit(event, { direction })
    }
    scroller.addEventListener('scroll', () => {
      const { scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight } = scroller
      const deltaX = before.left - scrollLeft
      const deltaY = before.top - scrollTop
      if (deltaX === 0 && deltaY === 0) return
      before = { left: scrollLeft, top: scrollTop }
      self.emit('scroll', { scrollLeft, scrollTop, scrollHeight, scrollWidth, deltaX, deltaY })
      const { upperThreshold, lowerThreshold } = props
      if (props.scrollY) {
        if (deltaY > 0 && scrollTop <= upperThreshold) tell('scrolltoupper', 'top')
        if (deltaY < 0 && scrollTop + clientHeight + lowerThreshold >= scrollHeight) tell('scrolltolower', 'bottom')
      }
      if (props.scrollX) {
        if (deltaX > 0 && scrollLeft <= upperThreshold) tell('scrolltoupper', 'left')
        if (deltaX < 0 && scrollLeft + clientWidth + lowerThreshold >= scrollWidth) tell('scrolltolower', 'right')
      }
    })
    scroller.addEventListener('scrollend', (event) => event.stopPropagation())

    let isAttached = false
    const scrollTo = (place: { left?: number; top?: number }): void => {
      scroller.scrollTo({ ...place, behavior: props.scrollWithAnimation ? 'smooth' : 'instant' })
    }
    const showChild = (): void => {
      const id = props.scrollIntoView
      const child = id === '' ? null : scroller.querySelector(`[id=${CSS.escape(id)}]`)
      if (child === null) return
      const from = scroller.getBoundingClientRect()
      const to = child.getBoundingClientRect()
      const offset = props.scrollIntoViewOffset
      scrollTo({
        ...(props.scrollX ? { left: scroller.scrollLeft + to.left - from.left + offset } : {}),
        ...(props.scrollY ? { top: scroller.scrollTop + to.top - from.top + offset } : {}),
      })
    }
    const place = (changed: ReadonlySet<string>): void => {
      const { scrollTop, scrollLeft } = props
      if (changed.has('scrollTop') && isSet(scrollTop)) scrollTo({ top: Number.parseFloat(String(scrollTop)) })
      if (changed.has('scrollLeft') && isSet(scrollLeft)) scrollTo({ left: Number.parseFloat(String(scrollLeft)) })
      if (changed.has('scrollIntoView')) showChild()
    }
    return {
      slot,
      attached() {
        isAttached = true
        // The children of a new page are inserted one frame later.
        requestAnimationFrame(() => place(new Set(['scrollTop', 'scrollLeft', 'scrollIntoView'])))
      },
      update(changed) {
        dom.toggleAttribute('data-x', props.scrollX)
        dom.toggleAttribute('data-y', props.scrollY)
        dom.toggleAttribute('data-flex', props.enableFlex)
        dom.toggleAttribute('data-bare', !props.showScrollbar && props.enhanced)
        refresher.update(changed)
        // The same setData inserts children after it has set attributes.
        if (isAttached) queueMicrotask(() => place(changed))
      },
    }
  },
})

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && value !== ''
}
