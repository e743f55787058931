import { defineElement } from './define.ts'
import { clamp, html } from './dom.ts'
import { touchOf } from './touch.ts'

/** A drag over this share of the swiper's length moves to the next item. */
const TURN_SHARE = 0.25

/** A shorter movement is not a drag. */
const DRAG_DISTANCE = 4

type Source = '' | 'autoplay' | 'touch'

const itemIds = new WeakMap<Element, () => string>()

export const swiperItem = defineElement({
  tag: 'swiper-item',
  properties: { itemId: '', skipHiddenItemLayout: false },
  css: 'wx-swiper-item { position: absolute; top: 0; left: 0; display: block; width: 100%; height: 100%; overflow: hidden; will-change: transform }',
  create(self) {
    itemIds.set(self.dom, () => self.props.itemId)
    return {}
  },
})

export const swiper = defineElement({
  tag: 'swiper',
  properties: {
    indicatorDots: false,
    indicatorColor: 'rgba(0, 0, 0, .3)',
    indicatorActiveColor: '#000000',
    autoplay: false,
    current: 0,
    currentItemId: '',
    interval: 5000,
    duration: 500,
    circular: false,
    vertical: false,
    previousMargin: '0px',
    nextMargin: '0px',
    snapToEdge: false,
    displayMultipleItems: 1,
    easingFunction: 'default',
    disableTouch: false,
    skipHiddenItemLayout: false,
  },
  css: `
    wx-swiper { position: relative; display: block; height: 150px; overflow: hidden; touch-action: pan-y; user-select: none }
    wx-swiper[data-vertical] { touch-action: pan-x }
    wx-swiper > .element-frame { position: absolute; inset: 0 }
    wx-swiper > .element-dots { position: absolute; bottom: 10px; left: 50%; display: flex; transform: translateX(-50%); font-size: 0 }
    wx-swiper > .element-dots i { width: 8px; height: 8px; margin: 0 4px; border-radius: 50%; transition: background-color .3s }
    wx-swiper[data-vertical] > .element-dots { top: 50%; right: 10px; bottom: auto; left: auto; flex-direction: column; transform: translateY(-50%) }
    wx-swiper[data-vertical] > .element-dots i { margin: 4px 0 }
    wx-swiper > .element-dots[hidden] { display: none }`,
  create(self) {
    const { dom, props } = self
    const slot = html('div', 'element-frame')
    const dots = html('div', 'element-dots')
    dom.append(slot, dots)

    /** The position in items; fractional while it moves. */
    let position = 0
    let current = 0
    let frame = 0
    let timer = 0

    const items = (): HTMLElement[] => [...slot.children].filter((item) => itemIds.has(item)) as HTMLElement[]
    const isCircular = (count: number): boolean => props.circular && count > Math.max(1, props.displayMultipleItems)
    const last = (count: number): number =>
      isCircular(count) ? count - 1 : Math.max(0, count - Math.max(1, Math.ceil(props.displayMultipleItems)))
    const length = (): number => (props.vertical ? slot.clientHeight : slot.clientWidth) / props.displayMultipleItems

    const layOut = (): void => {
      const all = items()
      const share = 100 / Math.max(props.displayMultipleItems, 0.1)
      all.forEach((item, index) => {
        let offset = index - position
        // In a circular swiper each item is placed where it is nearest, with more items after than before.
        if (isCircular(all.length)) offset = mod(offset + 1, all.length) - 1
        const axis = props.vertical ? 'Y' : 'X'
        item.style[props.vertical ? 'height' : 'width'] = `${share}%`
        item.style[props.vertical ? 'width' : 'height'] = '100%'
        item.style.transform = `translate${axis}(${offset * 100}%)`
        item.ariaHidden = offset > -1 && offset < props.displayMultipleItems ? null : 'true'
      })
      const shown = mod(Math.round(position), Math.max(all.length, 1))
      dots.hidden = !props.indicatorDots
      while (dots.children.length > all.length) dots.lastElementChild?.remove()
      while (dots.children.length < all.length) dots.append(html('i'))
      for (const [index, dot] of [...dots.children].entries()) {
        ;(dot as HTMLElement).style.backgroundColor =
          index === shown ? props.indicatorActiveColor : props.indicatorColor
      }
    }
    const idOf = (index: number): string => itemIds.get(items()[index] ?? dom)?.() ?? ''

    const slide = (target: number, source: Source): void => {
      cancelAnimationFrame(frame)
      const from = position
      const start = performance.now()
      const count = items().length
      const index = mod(target, Math.max(count, 1))
      const isNew = index !== current
      current = index
      if (isNew) {
        self.set('current', index)
        self.emit('change', { current: index, currentItemId: idOf(index), source })
      }
      const finish = (): void => {
        position = index
        layOut()
        self.emit('animationfinish', { current: index, currentItemId: idOf(index), source })
        plan()
      }
      const step = (now: number): void => {
        const share = props.duration <= 0 ? 1 : Math.min(1, (now - start) / props.duration)
        position = from + (target - from) * ease(share, props.easingFunction)
        layOut()
        if (share < 1) frame = requestAnimationFrame(step)
        else finish()
      }
      if (from === target) finish()
      else frame = requestAnimationFrame(step)
    }
    const plan = (): void => {
      clearTimeout(timer)
      if (!props.autoplay || !dom.isConnected) return
      timer = window.setTimeout(() => {
        const count = items().length
        if (count > 1) slide(isCircular(count) || current < last(count) ? current + 1 : 0, 'autoplay')
      }, props.interval)
    }

    let drag: { readonly from: number; readonly at: number; moved: boolean } | undefined
    self.on('touchstart', (event) => {
      const touch = touchOf(event)
      if (props.disableTouch || touch === undefined || items().length < 2) return
      clearTimeout(timer)
      cancelAnimationFrame(frame)
      drag = { from: props.vertical ? touch.clientY : touch.clientX, at: position, moved: false }
    })
    self.on('touchmove', (event) => {
      const touch = touchOf(event)
      if (drag === undefined || touch === undefined) return
      const way = (props.vertical ? touch.clientY : touch.clientX) - drag.from
      if (!drag.moved && Math.abs(way) < DRAG_DISTANCE) return
      drag.moved = true
      const count = items().length
      const wanted = drag.at - way / Math.max(length(), 1)
      position = isCircular(count) ? wanted : clamp(wanted, 0, last(count))
      layOut()
      const distance = (position - drag.at) * length()
      self.emit('transition', { dx: props.vertical ? 0 : distance, dy: props.vertical ? distance : 0 })
    })
    const release = (): void => {
      if (drag === undefined) return
      const way = position - drag.at
      const start = Math.round(drag.at)
      const { moved } = drag
      drag = undefined
      // A finger that did not move has no effect, unless it stopped an animation half-way.
      if (!moved && Number.isInteger(position)) {
        plan()
        return
      }
      const steps = Math.abs(way) >= TURN_SHARE ? Math.sign(way) * Math.max(1, Math.round(Math.abs(way))) : 0
      const count = items().length
      slide(isCircular(count) ? start + steps : clamp(start + steps, 0, last(count)), 'touch')
    }
    self.on('touchend', release)
    self.on('touchcancel', release)

    const observer = new MutationObserver(() => {
      current = clamp(current, 0, Math.max(0, items().length - 1))
      position = current
      layOut()
    })
    let isAttached = false
    return {
      slot,
      attached() {
        isAttached = true
        observer.observe(slot, { childList: true })
        current = clamp(props.current, 0, last(items().length))
        position = current
        layOut()
        plan()
      },
      detached() {
        isAttached = false
        observer.disconnect()
        clearTimeout(timer)
        cancelAnimationFrame(frame)
      },
      update(changed) {
        dom.toggleAttribute('data-vertical', props.vertical)
        slot.style.inset = props.vertical
          ? `${cssLength(props.previousMargin)} 0 ${cssLength(props.nextMargin)}`
          : `0 ${cssLength(props.nextMargin)} 0 ${cssLength(props.previousMargin)}`
        if (!isAttached) return
        const byId = items().findIndex((item) => itemIds.get(item)?.() === props.currentItemId)
        const wanted =
          changed.has('currentItemId') && byId >= 0 ? byId : changed.has('current') ? props.current : current
        const target = clamp(Math.floor(wanted), 0, last(items().length))
        if (target !== current) slide(target, '')
        else {
          layOut()
          if (changed.has('autoplay') || changed.has('interval')) plan()
        }
      },
    }
  },
})

function mod(value: number, count: number): number {
  return ((value % count) + count) % count
}

function ease(share: number, name: string): number {
  if (name === 'linear') return share
  if (name === 'easeInCubic') return share ** 3
  if (name === 'easeOutCubic' || name === 'default') return 1 - (1 - share) ** 3
  return share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2
}

/** Converts `rpx` in an attribute with the CSS variable of the runtime. */
function cssLength(value: string): string {
  const rpx = /^(-?[\d.]+)rpx$/.exec(value.trim())
  return rpx === null ? value : `calc(${rpx[1]} * var(--rpx, 0.5px))`
}
