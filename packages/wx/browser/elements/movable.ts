import { defineElement } from './define.ts'
import { clamp } from './dom.ts'
import { touchOf } from './touch.ts'

export const movableArea = defineElement({
  tag: 'movable-area',
  properties: { scaleArea: false },
  css: 'wx-movable-area { position: relative; display: block; width: 10px; height: 10px }',
  create: () => ({}),
})

/** Follows a finger inside its area. Inertia, elastic edges and two-finger scaling are not simulated. */
export const movableView = defineElement({
  tag: 'movable-view',
  properties: {
    direction: 'none',
    inertia: false,
    outOfBounds: false,
    x: 0,
    y: 0,
    damping: 20,
    friction: 2,
    disabled: false,
    scale: false,
    scaleMin: 0.5,
    scaleMax: 10,
    scaleValue: 1,
    animation: true,
  },
  css: 'wx-movable-view { position: absolute; top: 0; left: 0; display: inline-block; width: 10px; height: 10px; touch-action: none; user-select: none }',
  create(self) {
    const { dom, props } = self
    let at = { x: 0, y: 0 }
    let drag: { readonly fingerX: number; readonly fingerY: number; readonly x: number; readonly y: number } | undefined
    const place = (x: number, y: number, source: '' | 'touch'): void => {
      const area = dom.closest('wx-movable-area')
      if (area === null) return
      const spareX = area.clientWidth - dom.offsetWidth
      const spareY = area.clientHeight - dom.offsetHeight
      // A view that is larger than its area can be moved until its far edge is visible.
      const next = {
        x: clamp(x, Math.min(0, spareX), Math.max(0, spareX)),
        y: clamp(y, Math.min(0, spareY), Math.max(0, spareY)),
      }
      dom.style.transform = `translate(${next.x}px, ${next.y}px) scale(${props.scaleValue})`
      if (next.x === at.x && next.y === at.y) return
      at = next
      self.emit('change', { ...at, source })
    }
    self.on('touchstart', (event) => {
      const touch = touchOf(event)
      if (touch === undefined || props.disabled || props.direction === 'none') return
      drag = { fingerX: touch.clientX, fingerY: touch.clientY, ...at }
    })
    self.on('touchmove', (event) => {
      const touch = touchOf(event)
      if (touch === undefined || drag === undefined) return
      const isX = props.direction === 'all' || props.direction === 'horizontal'
      const isY = props.direction === 'all' || props.direction === 'vertical'
      const x = isX ? drag.x + touch.clientX - drag.fingerX : at.x
      const y = isY ? drag.y + touch.clientY - drag.fingerY : at.y
      place(x, y, 'touch')
    })
    const end = (): void => {
      drag = undefined
    }
    self.on('touchend', end)
    self.on('touchcancel', end)
    return {
      attached: () => requestAnimationFrame(() => place(props.x, props.y, '')),
      update(changed) {
        if (dom.isConnected && (changed.has('x') || changed.has('y') || changed.has('scaleValue')))
          place(props.x, props.y, '')
      },
    }
  },
})
