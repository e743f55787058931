import { makeOperable, setOperable } from './aria.ts'
import { defineElement, type ElementSelf, type Values } from './define.ts'
import { clamp } from './dom.ts'
import { labelIgnores } from './label.ts'
import {
  dayColumns,
  type Fields,
  formatDay,
  formatTime,
  parseDay,
  parseTime,
  timeColumns,
  two,
} from './picker-dates.ts'
import { type Column, openSheet, type Sheet } from './sheet.ts'
import { saySimulated } from './simulated.ts'
import { WHEEL_CSS } from './wheel.ts'

const PROPERTIES = {
  name: '',
  mode: 'selector',
  disabled: false,
  headerText: '',
  range: null,
  rangeKey: '',
  value: null,
  start: '',
  end: '',
  fields: 'day',
  customItem: '',
  level: '',
} as const

type Picker = ElementSelf<typeof PROPERTIES>
type PickerValues = Values<typeof PROPERTIES>

/** A mode of the picker: the rows of the wheels, and the resulting value. */
interface Mode {
  columns(props: PickerValues): readonly Column[]
  /** After a turn, the columns whose rows change. */
  follow?(props: PickerValues, indexes: readonly number[]): readonly Column[]
  value(props: PickerValues, indexes: readonly number[]): unknown
}

const MODES: Readonly<Record<string, Mode>> = {
  selector: {
    columns: (props) => [
      { label: props.headerText, rows: texts(props.range, props.rangeKey), index: number(props.value) },
    ],
    value: (_props, [index]) => index,
  },
  multiSelector: {
    columns(props) {
      const ranges = Array.isArray(props.range) ? props.range : []
      const at = Array.isArray(props.value) ? props.value : []
      return ranges.map((range, column) => ({
        label: `${props.headerText} ${column + 1}`,
        rows: texts(range, props.rangeKey),
        index: number(at[column]),
      }))
    },
    value: (_props, indexes) => [...indexes],
  },
  time: {
    columns: (props) => timeRows(props, parseTime(String(props.value ?? '')) ?? nowInMinutes()),
    follow: (props, indexes) => timeRows(props, timeAt(props, indexes)),
    value: (props, indexes) => formatTime(timeAt(props, indexes)),
  },
  date: {
    columns: (props) => dateRows(props, parseDay(String(props.value ?? '')) ?? today()),
    follow: (props, indexes) => dateRows(props, dayAt(props, indexes)),
    value: (props, indexes) => formatDay(dayAt(props, indexes), fieldsOf(props)),
  },
}

export const picker = defineElement({
  tag: 'picker',
  properties: PROPERTIES,
  css: `wx-picker { display: block; cursor: pointer } ${WHEEL_CSS}`,
  create(self) {
    makeOperable(self.dom, 'button')
    self.dom.ariaHasPopup = 'dialog'
    let sheet: Sheet | undefined
    const open = (): void => {
      if (self.props.disabled) return
      sheet?.close()
      const mode = MODES[self.props.mode]
      if (mode === undefined) {
        saySimulated(self.host, {
          en: `A picker of mode ${self.props.mode} is not simulated`,
          zh: `未实现 ${self.props.mode} 模式`,
        })
        return
      }
      sheet = show(self, mode)
    }
    self.on('tap', (event) => {
      labelIgnores(event)
      open()
    })
    let isAttached = false
    let initial: unknown = null
    return {
      activate: open,
      attached() {
        isAttached = true
      },
      detached: () => sheet?.close(),
      update(changed) {
        setOperable(self.dom, !self.props.disabled)
        if (changed.has('value') && !isAttached) initial = self.props.value
        // The program may react to a turn of one column with other rows for the next.
        if (isAttached && self.props.mode === 'multiSelector' && (changed.has('range') || changed.has('value'))) {
          MODES.multiSelector?.columns(self.props).forEach(({ rows, index }, column) => {
            sheet?.setColumn(column, rows, index)
          })
        }
      },
      field: { name: () => self.props.name, value: () => self.props.value, reset: () => self.set('value', initial) },
    }
  },
})

function show(self: Picker, mode: Mode): Sheet {
  const columns = mode.columns(self.props)
  let shown = columns
  const indexes = columns.map(({ index, rows }) => clamp(index, 0, rows.length - 1))
  const sheet = openSheet(self.host, {
    title: self.props.headerText,
    columns,
    onTurn(column, index) {
      indexes[column] = index
      if (self.props.mode === 'multiSelector') self.emit('columnchange', { column, value: index })
      const next = mode.follow?.(self.props, indexes)
      if (next === undefined) return
      next.forEach((to, place) => {
        indexes[place] = to.index
        if (place > column && to.rows.join() !== shown[place]?.rows.join()) sheet.setColumn(place, to.rows, to.index)
      })
      shown = next
    },
    onConfirm(final) {
      const value = mode.value(self.props, final)
      self.set('value', value)
      self.emit('change', { value })
    },
    onCancel: () => self.emit('cancel', {}),
  })
  return sheet
}

function texts(range: unknown, key: string): string[] {
  if (!Array.isArray(range)) return []
  return range.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) return String(item)
    return String((item as Record<string, unknown>)[key] ?? '')
  })
}

function number(value: unknown): number {
  const found = Math.floor(Number(value))
  return Number.isFinite(found) && found > 0 ? found : 0
}

function nowInMinutes(): number {
  const now = new Date()
  return now.getHours() * 60 + now.getMinutes()
}

function timeBounds(props: PickerValues): [number, number] {
  return [parseTime(props.start) ?? 0, parseTime(props.end) ?? 24 * 60 - 1]
}

function timeRows(props: PickerValues, at: number): Column[] {
  const [start, end] = timeBounds(props)
  const time = clamp(at, start, end)
  const columns = timeColumns(time, start, end)
  return columns.map((values, place) =>
    column(['时 hour', '分 minute'][place] ?? '', values, place === 0 ? Math.floor(time / 60) : time % 60, two),
  )
}

function timeAt(props: PickerValues, indexes: readonly number[]): number {
  const [start, end] = timeBounds(props)
  const hour = timeColumns(start, start, end)[0]?.[indexes[0] ?? 0] ?? 0
  // The minutes on the wheel belonged to the previous hour; the nearest valid minute is taken.
  const minutes = timeColumns(hour * 60, start, end)[1] ?? []
  return hour * 60 + (minutes[clamp(indexes[1] ?? 0, 0, minutes.length - 1)] ?? 0)
}

function fieldsOf(props: PickerValues): Fields {
  return props.fields === 'year' || props.fields === 'month' ? props.fields : 'day'
}

function today(): { year: number; month: number; day: number } {
  const now = new Date()
  return { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() }
}

function dateRows(props: PickerValues, at: { year: number; month: number; day: number }): Column[] {
  const columns = dayColumns(at, parseDay(props.start), parseDay(props.end))
  const shown = columns.slice(0, { year: 1, month: 2, day: 3 }[fieldsOf(props)])
  const marks = ['年', '月', '日']
  return shown.map((values, place) =>
    column(
      ['年 year', '月 month', '日 day'][place] ?? '',
      values,
      [at.year, at.month, at.day][place] ?? 1,
      (value) => `${value}${marks[place]}`,
    ),
  )
}

function dayAt(props: PickerValues, indexes: readonly number[]): { year: number; month: number; day: number } {
  const start = parseDay(props.start)
  const end = parseDay(props.end)
  const pick = (values: readonly number[] | undefined, index: number | undefined): number =>
    values?.[clamp(index ?? 0, 0, values.length - 1)] ?? 1
  const year = pick(dayColumns(start ?? today(), start, end)[0], indexes[0])
  const month = pick(dayColumns({ year, month: 1, day: 1 }, start, end)[1], indexes[1])
  const day = pick(dayColumns({ year, month, day: 1 }, start, end)[2], indexes[2])
  return { year, month, day }
}

function column(label: string, values: readonly number[], at: number, text: (value: number) => string): Column {
  const nearest = clamp(at, values[0] ?? at, values.at(-1) ?? at)
  return { label, rows: values.map(text), index: Math.max(0, values.indexOf(nearest)) }
}
