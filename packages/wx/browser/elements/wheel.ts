import { clamp, html } from './dom.ts'

/** Height of a row, as in WeChat's pickers on a phone. */
const ROW_HEIGHT = 40

/** A wheel is at rest once it has not moved for this long. */
const REST_MS = 120

export interface Wheel {
  readonly element: HTMLElement
  /** Changes the rows; the index is limited to them. */
  setRows(rows: readonly string[], index: number): void
  index(): number
}

/** One column of a picker, turned with a finger, the mouse wheel, arrow keys, or a click on a row. */
export function createWheel(label: string, onRest: (index: number) => void): Wheel {
  const element = html('div', 'element-wheel')
  element.tabIndex = 0
  element.setAttribute('role', 'listbox')
  element.ariaLabel = label
  let rested = 0
  let timer = 0
  /** The target of a running animation: rows that it passes are not chosen, however long it takes. */
  let target: number | undefined

  const rows = (): HTMLElement[] => [...element.children] as HTMLElement[]
  const mark = (): void => {
    for (const [index, row] of rows().entries()) row.ariaSelected = String(index === rested)
  }
  const turnTo = (index: number, behavior: ScrollBehavior): void => {
    target = index * ROW_HEIGHT
    element.scrollTo({ top: target, behavior })
  }
  const rest = (): void => {
    if (target !== undefined && Math.abs(element.scrollTop - target) > 1) return
    target = undefined
    choose(Math.round(element.scrollTop / ROW_HEIGHT))
  }
  const choose = (index: number): void => {
    const next = clamp(index, 0, rows().length - 1)
    if (next === rested) return
    rested = next
    mark()
    onRest(next)
  }
  element.addEventListener('scroll', () => {
    clearTimeout(timer)
    timer = window.setTimeout(rest, REST_MS)
  })
  for (const byHand of ['wheel', 'pointerdown', 'touchstart']) {
    element.addEventListener(byHand, () => {
      target = undefined
    })
  }
  element.addEventListener('click', (event) => {
    const index = rows().indexOf(event.target as HTMLElement)
    if (index < 0) return
    choose(index)
    turnTo(index, 'smooth')
  })
  element.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    choose(rested + step)
    turnTo(rested, 'instant')
  })
  return {
    element,
    index: () => rested,
    setRows(texts, index) {
      element.replaceChildren(
        ...texts.map((text) => {
          const row = html('div', '', text)
          row.setAttribute('role', 'option')
          return row
        }),
      )
      rested = clamp(index, 0, Math.max(0, texts.length - 1))
      mark()
      requestAnimationFrame(() => turnTo(rested, 'instant'))
    },
  }
}

export const WHEEL_CSS = `
  .element-sheet { position: absolute; inset: 0; z-index: 5000; display: flex; flex-direction: column; justify-content: flex-end; background: rgba(0, 0, 0, .6) }
  .element-sheet > div { border-radius: 12px 12px 0 0; background: light-dark(#fff, #2c2c2c); color: light-dark(rgba(0, 0, 0, .9), rgba(255, 255, 255, .8)); font-size: 17px }
  .element-sheet header { display: flex; align-items: center; justify-content: space-between; padding: 12px 16px }
  .element-sheet button { padding: 8px 16px; border: 0; border-radius: 4px; background: none; color: inherit; font: inherit; cursor: pointer }
  .element-sheet button:last-child { color: #07c160; font-weight: 500 }
  .element-wheels { position: relative; display: flex; height: ${ROW_HEIGHT * 5}px; overflow: hidden; -webkit-mask: linear-gradient(transparent, #000 45%, #000 55%, transparent); mask: linear-gradient(rgba(0, 0, 0, .15), #000 42%, #000 58%, rgba(0, 0, 0, .15)) }
  .element-wheels::after { content: ''; position: absolute; left: 16px; right: 16px; top: ${ROW_HEIGHT * 2}px; height: ${ROW_HEIGHT}px; border-radius: 8px; background: rgba(127, 127, 127, .12); pointer-events: none }
  .element-wheel { flex: 1; height: 100%; box-sizing: border-box; padding: ${ROW_HEIGHT * 2}px 0; overflow-y: auto; scroll-snap-type: y mandatory; scrollbar-width: none; outline: 0; text-align: center }
  .element-wheel > div { height: ${ROW_HEIGHT}px; overflow: hidden; line-height: ${ROW_HEIGHT}px; scroll-snap-align: center; text-overflow: ellipsis; white-space: nowrap; cursor: pointer }
  .element-wheel:focus-visible { outline: 2px solid #576b95; outline-offset: -4px }`
