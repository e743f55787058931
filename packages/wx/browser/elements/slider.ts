import { setOperable } from './aria.ts'
import { defineElement } from './define.ts'
import { clamp, html } from './dom.ts'
import { touchOf } from './touch.ts'

export const slider = defineElement({
  tag: 'slider',
  properties: {
    name: '',
    min: 0,
    max: 100,
    step: 1,
    value: 0,
    disabled: false,
    color: '',
    selectedColor: '#07c160',
    activeColor: '',
    backgroundColor: '',
    blockSize: 28,
    blockColor: '#fff',
    showValue: false,
  },
  css: `
    wx-slider { display: block; margin: 10px 18px; padding: 0 }
    wx-slider > div { display: flex; align-items: center; min-height: 16px }
    wx-slider .element-track { position: relative; flex: 1; padding: 14px 0; cursor: pointer; touch-action: none; outline: 0 }
    wx-slider .element-track > div { position: relative; height: 2px; border-radius: 5px; background-color: light-dark(#e9e9e9, #3d3d3d) }
    wx-slider .element-track b { position: absolute; left: 0; height: 100%; border-radius: 5px }
    wx-slider .element-track i { position: absolute; top: 50%; border-radius: 50%; box-shadow: 0 0 4px rgba(0, 0, 0, .2); transform: translate(-50%, -50%) }
    wx-slider .element-track:focus-visible i { outline: 2px solid #576b95 }
    wx-slider > div > span { flex: none; min-width: 2.5em; padding-left: 1em; color: #888; font-size: 14px; text-align: center }
    wx-slider [aria-disabled='true'] { opacity: .5; cursor: default }`,
  create(self) {
    const { props } = self
    const done = html('b')
    const knob = html('i')
    const line = html('div', '', done, knob)
    const track = html('div', 'element-track', line)
    const shown = html('span')
    self.dom.append(html('div', '', track, shown))
    track.setAttribute('role', 'slider')
    track.tabIndex = 0

    let isAttached = false
    let initial = 0
    let before = 0

    const fitting = (value: number): number => {
      const { min, max, step } = props
      const stepped = step > 0 ? min + Math.round((value - min) / step) * step : value
      // Avoids 0.30000000000000004 for steps such as 0.1.
      return clamp(Number(stepped.toFixed(10)), min, max)
    }
    const under = (clientX: number): number => {
      const box = line.getBoundingClientRect()
      const share = box.width === 0 ? 0 : (clientX - box.left) / box.width
      return fitting(props.min + clamp(share, 0, 1) * (props.max - props.min))
    }
    /** Touch coordinates of the program start at the left edge of the screen, those of the DOM at that of the window. */
    const original = (event: { getOriginalEvent(): unknown }): MouseEvent | undefined => {
      const from = event.getOriginalEvent()
      return from instanceof MouseEvent ? from : undefined
    }
    const move = (value: number): void => {
      if (value === props.value) return
      self.set('value', value)
      self.emit('changing', { value })
    }
    const finish = (): void => {
      if (props.value !== before) self.emit('change', { value: props.value })
    }
    self.on('touchstart', (event) => {
      if (props.disabled) return
      before = props.value
      move(under(original(event)?.clientX ?? touchOf(event)?.clientX ?? 0))
    })
    self.on('touchmove', (event) => {
      if (!props.disabled) move(under(original(event)?.clientX ?? touchOf(event)?.clientX ?? 0))
    })
    self.on('touchend', () => props.disabled || finish())
    self.on('touchcancel', () => props.disabled || finish())
    track.addEventListener('keydown', (event) => {
      const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
      if (steps === undefined || props.disabled) return
      event.preventDefault()
      before = props.value
      move(fitting(props.value + steps * props.step))
      finish()
    })
    return {
      attached() {
        isAttached = true
      },
      update(changed) {
        if (changed.has('value') && !isAttached) initial = props.value
        const {
          min,
          max,
          blockSize,
          blockColor,
          color,
          selectedColor,
          activeColor,
          backgroundColor,
          showValue,
          disabled,
        } = props
        const value = clamp(props.value, min, max)
        const share = max > min ? ((value - min) / (max - min)) * 100 : 0
        const size = clamp(blockSize, 12, 28)
        line.style.backgroundColor = backgroundColor || color
        done.style.cssText = `width: ${share}%; background-color: ${activeColor || selectedColor}`
        knob.style.cssText = `left: ${share}%; width: ${size}px; height: ${size}px; background-color: ${blockColor}`
        shown.hidden = !showValue
        shown.textContent = String(value)
        setOperable(track, !disabled)
        track.ariaLabel = self.dom.ariaLabel
        track.ariaValueMin = String(min)
        track.ariaValueMax = String(max)
        track.ariaValueNow = String(value)
      },
      field: { name: () => props.name, value: () => props.value, reset: () => self.set('value', initial) },
    }
  },
})
