import type { ElementSelf } from './define.ts'
import { html } from './dom.ts'
import { touchOf } from './touch.ts'

/** A pulled list follows the finger at half speed. */
const PULL = 0.5

interface RefresherProperties {
  readonly [name: string]: string | number | boolean | null
  readonly refresherEnabled: boolean
  readonly refresherThreshold: number
  readonly refresherDefaultStyle: string
  readonly refresherBackground: string
  readonly refresherTriggered: boolean
}

/** The pull-to-refresh of a scroll-view. */
export function createRefresher(
  self: Pick<ElementSelf<RefresherProperties>, 'props' | 'emit' | 'on'>,
  isAtTop: () => boolean,
): { bar: HTMLElement; update(changed: ReadonlySet<string>): void } {
  const { props } = self
  const bar = html('div', 'element-refresher')
  let start: number | undefined
  let pulled = 0
  let isBusy = false

  const show = (height: number): void => {
    pulled = height
    bar.style.height = `${height}px`
  }
  const begin = (): void => {
    isBusy = true
    bar.dataset.busy = ''
    show(Number(props.refresherThreshold))
  }
  const end = (): void => {
    isBusy = false
    delete bar.dataset.busy
    show(0)
    self.emit('refresherrestore', { dy: 0 })
  }
  self.on('touchstart', (event) => {
    start = props.refresherEnabled && !isBusy && isAtTop() ? touchOf(event)?.clientY : undefined
  })
  self.on('touchmove', (event) => {
    const now = touchOf(event)?.clientY
    if (start === undefined || now === undefined) return
    const height = Math.max(0, (now - start) * PULL)
    if (height === 0 && pulled === 0) return
    show(height)
    self.emit('refresherpulling', { dy: height })
  })
  const release = (): void => {
    if (start === undefined) return
    start = undefined
    if (pulled === 0) return
    if (pulled >= Number(props.refresherThreshold)) {
      begin()
      self.emit('refresherrefresh', { dy: pulled })
    } else {
      show(0)
      self.emit('refresherabort', { dy: 0 })
    }
  }
  self.on('touchend', release)
  self.on('touchcancel', release)
  return {
    bar,
    update(changed) {
      const { refresherDefaultStyle: style, refresherBackground, refresherTriggered } = props
      if (changed.has('refresherDefaultStyle')) {
        bar.replaceChildren(...(style === 'none' ? [] : [html('i'), html('i'), html('i')]))
        bar.style.color = style === 'white' ? '#fff' : ''
      }
      bar.style.background = String(refresherBackground)
      if (!changed.has('refresherTriggered')) return
      if (refresherTriggered === true && !isBusy) {
        begin()
        self.emit('refresherrefresh', { dy: pulled })
      } else if (refresherTriggered === false && isBusy) end()
    },
  }
}
