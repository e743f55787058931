import { defineElement } from './define.ts'
import { clamp, html } from './dom.ts'

/** Height of a row if `indicator-style` gives none. */
const ROW_HEIGHT = 34

/** A column is at rest once it has not moved for this long. */
const REST_MS = 120

interface ColumnControl {
  index(): number
  turnTo(index: number): void
  setRowHeight(height: number): void
}

const columns = new WeakMap<Element, ColumnControl>()
const rested = new WeakMap<Element, () => void>()

export const pickerViewColumn = defineElement({
  tag: 'picker-view-column',
  properties: {},
  css: `
    wx-picker-view-column { position: relative; flex: 1; display: block; overflow: hidden }
    wx-picker-view-column > div { box-sizing: border-box; height: 100%; overflow-y: auto; scroll-snap-type: y mandatory; scrollbar-width: none; outline: 0 }
    wx-picker-view-column > div > * { scroll-snap-align: center; overflow: hidden }`,
  create(self) {
    const slot = html('div')
    slot.tabIndex = 0
    self.dom.append(slot)
    let height = ROW_HEIGHT
    let timer = 0
    let wanted = 0
    const index = (): number => clamp(Math.round(slot.scrollTop / height), 0, Math.max(0, slot.children.length - 1))
    const turnTo = (next: number): void => {
      wanted = next
      slot.scrollTo({ top: next * height, behavior: 'instant' })
    }
    slot.addEventListener('scroll', (event) => {
      event.stopPropagation()
      clearTimeout(timer)
      timer = window.setTimeout(() => {
        if (index() === wanted) return
        wanted = index()
        const view = self.dom.closest('wx-picker-view')
        if (view !== null) rested.get(view)?.()
      }, REST_MS)
    })
    columns.set(self.dom, {
      index,
      turnTo,
      setRowHeight(next) {
        height = next
        const room = (slot.clientHeight - next) / 2
        slot.style.padding = `${Math.max(0, room)}px 0`
        for (const row of slot.children) (row as HTMLElement).style.height = `${next}px`
      },
    })
    const observer = new MutationObserver(() => {
      for (const row of slot.children) (row as HTMLElement).style.height = `${height}px`
      turnTo(clamp(wanted, 0, Math.max(0, slot.children.length - 1)))
    })
    return {
      slot,
      attached: () => observer.observe(slot, { childList: true }),
      detached: () => observer.disconnect(),
    }
  },
})

export const pickerView = defineElement({
  tag: 'picker-view',
  properties: {
    name: '',
    value: null,
    indicatorStyle: '',
    indicatorClass: '',
    maskStyle: '',
    maskClass: '',
    immediateChange: false,
  },
  css: `
    wx-picker-view { position: relative; display: block }
    wx-picker-view > .element-columns { display: flex; height: 100%; overflow: hidden }
    wx-picker-view > .element-indicator { position: absolute; left: 0; right: 0; top: 50%; height: ${ROW_HEIGHT}px; box-sizing: border-box; border: solid light-dark(#e5e5e5, #3a3a3a); border-width: 1px 0; transform: translateY(-50%); pointer-events: none }
    wx-picker-view > .element-shade { position: absolute; inset: 0; pointer-events: none; background: linear-gradient(light-dark(rgba(255, 255, 255, .95), rgba(25, 25, 25, .95)), light-dark(rgba(255, 255, 255, .6), rgba(25, 25, 25, .6)) calc(50% - 18px), transparent calc(50% - 17px), transparent calc(50% + 17px), light-dark(rgba(255, 255, 255, .6), rgba(25, 25, 25, .6)) calc(50% + 18px), light-dark(rgba(255, 255, 255, .95), rgba(25, 25, 25, .95))) }`,
  create(self) {
    const { dom, props } = self
    const slot = html('div', 'element-columns')
    const indicator = html('div', 'element-indicator')
    const shade = html('div', 'element-shade')
    dom.append(slot, shade, indicator)
    const all = (): ColumnControl[] => [...slot.children].flatMap((child) => columns.get(child) ?? [])
    const place = (): void => {
      const at: readonly unknown[] = Array.isArray(props.value) ? props.value : []
      for (const [place, column] of all().entries()) {
        column.setRowHeight(indicator.offsetHeight || ROW_HEIGHT)
        column.turnTo(Math.max(0, Math.floor(Number(at[place] ?? 0)) || 0))
      }
    }
    rested.set(dom, () => {
      const value = all().map((column) => column.index())
      self.emit('pickend', {})
      self.set('value', value)
      self.emit('change', { value })
    })
    self.on('touchstart', () => self.emit('pickstart', {}))
    let isAttached = false
    return {
      slot,
      attached() {
        isAttached = true
        requestAnimationFrame(place)
      },
      update(changed) {
        indicator.style.cssText = props.indicatorStyle
        indicator.className = `element-indicator ${self.scopedClass(props.indicatorClass)}`
        shade.style.cssText = props.maskStyle
        shade.className = `element-shade ${self.scopedClass(props.maskClass)}`
        if (isAttached && (changed.has('value') || changed.has('indicatorStyle'))) queueMicrotask(place)
      },
      field: {
        name: () => props.name,
        value: () => all().map((column) => column.index()),
        reset: () => self.set('value', []),
      },
    }
  },
})
