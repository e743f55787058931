import { defineElement } from './define.ts'
import { clamp, html } from './dom.ts'

export const progress = defineElement({
  tag: 'progress',
  properties: {
    percent: 0,
    showInfo: false,
    borderRadius: '0',
    fontSize: '16',
    strokeWidth: '6',
    color: '#07c160',
    activeColor: '',
    backgroundColor: '',
    active: false,
    activeMode: 'backwards',
    /** Milliseconds per percent. */
    duration: 30,
  },
  css: `
    wx-progress { display: flex; align-items: center }
    wx-progress > div { flex: 1; overflow: hidden; background-color: light-dark(#ebebeb, #393939) }
    wx-progress > div > b { display: block; width: 0; height: 100% }
    wx-progress > span { min-width: 2em; margin-left: 15px }
    wx-progress > span[hidden] { display: none }`,
  create(self) {
    const { dom, props } = self
    const bar = html('b')
    const line = html('div', '', bar)
    const info = html('span')
    dom.append(line, info)
    dom.setAttribute('role', 'progressbar')
    dom.ariaValueMin = '0'
    dom.ariaValueMax = '100'
    let shown = 0
    let frame = 0

    const show = (percent: number): void => {
      shown = percent
      bar.style.width = `${percent}%`
      info.textContent = `${Math.floor(percent)}%`
    }
    const animate = (target: number): void => {
      cancelAnimationFrame(frame)
      const from = props.activeMode === 'forwards' ? Math.min(shown, target) : 0
      const start = performance.now()
      show(from)
      const step = (now: number): void => {
        const percent = Math.min(target, from + (now - start) / Math.max(props.duration, 0.01))
        show(percent)
        if (percent < target) frame = requestAnimationFrame(step)
        else self.emit('activeend', { curPercent: target })
      }
      frame = requestAnimationFrame(step)
    }
    return {
      detached: () => cancelAnimationFrame(frame),
      update(changed) {
        const { percent, showInfo, borderRadius, fontSize, strokeWidth, color, activeColor, backgroundColor, active } =
          props
        line.style.height = length(strokeWidth)
        line.style.borderRadius = length(borderRadius)
        line.style.backgroundColor = backgroundColor
        bar.style.backgroundColor = activeColor || color
        info.hidden = !showInfo
        info.style.fontSize = length(fontSize)
        const target = clamp(percent, 0, 100)
        dom.ariaValueNow = String(target)
        if (!changed.has('percent') && !changed.has('active')) return
        if (active) animate(target)
        else {
          cancelAnimationFrame(frame)
          show(target)
        }
      },
    }
  },
})

function length(value: string): string {
  return /^-?[\d.]+$/.test(value) ? `${value}px` : value
}
