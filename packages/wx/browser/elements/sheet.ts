import type { ElementsHost } from '../contracts.ts'
import { html } from './dom.ts'
import { createWheel, type Wheel } from './wheel.ts'

export interface Column {
  readonly label: string
  readonly rows: readonly string[]
  readonly index: number
}

export interface Sheet {
  /** Changes the rows of a column after another was turned. */
  setColumn(column: number, rows: readonly string[], index: number): void
  close(): void
}

interface SheetOptions {
  readonly title: string
  readonly columns: readonly Column[]
  onTurn?(column: number, index: number): void
  onConfirm(indexes: readonly number[]): void
  onCancel(): void
}

const TEXTS = {
  zh_CN: { cancel: '取消', confirm: '确定' },
  en: { cancel: 'Cancel', confirm: 'OK' },
} as const

/** Opens a sheet with wheels at the bottom of the screen. A tap outside, or Escape, cancels. */
export function openSheet(host: ElementsHost, options: SheetOptions): Sheet {
  const texts = TEXTS[host.language]
  const before = document.activeElement
  const wheels: Wheel[] = options.columns.map(({ label }, column) =>
    createWheel(label, (index) => options.onTurn?.(column, index)),
  )
  const cancel = button(texts.cancel)
  const confirm = button(texts.confirm)
  const panel = html(
    'div',
    '',
    html('header', '', cancel, html('span', '', options.title), confirm),
    html('div', 'element-wheels', ...wheels.map((wheel) => wheel.element)),
  )
  panel.setAttribute('role', 'dialog')
  panel.ariaModal = 'true'
  panel.ariaLabel = options.title === '' ? 'picker' : options.title
  const cover = html('div', 'element-sheet', panel)
  let isOpen = true
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    cover.remove()
    if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  }
  const end = (answer: () => void) => (): void => {
    if (!isOpen) return
    close()
    answer()
  }
  const cancelled = end(() => options.onCancel())
  cancel.addEventListener('click', cancelled)
  confirm.addEventListener(
    'click',
    end(() => options.onConfirm(wheels.map((wheel) => wheel.index()))),
  )
  cover.addEventListener('click', (event) => event.target === cover && cancelled())
  cover.addEventListener('keydown', (event) => event.key === 'Escape' && cancelled())
  host.overlay.append(cover)
  for (const [column, { rows, index }] of options.columns.entries()) wheels[column]?.setRows(rows, index)
  wheels[0]?.element.focus({ preventScroll: true })
  return { setColumn: (column, rows, index) => wheels[column]?.setRows(rows, index), close }
}

function button(text: string): HTMLButtonElement {
  const element = html('button', '', text)
  element.type = 'button'
  return element
}
