/** Renders the results as tables. */
import type { Aim, Range, Row } from './measure.ts'

interface Column {
  readonly title: string
  /** Text is aligned on the left, figures on the right. */
  readonly text?: boolean
  cell(row: Row): string
}

const NAME: Column = { title: '', text: true, cell: ({ name }) => name }
const OURS: Column = { title: 'ours', cell: ({ ours, unit }) => `${grouped(ours)} ${unit}` }
const AGAINST: Column = { title: 'against', text: true, cell: ({ against }) => against ?? '' }
const CEILING: Column = {
  title: 'ceiling',
  cell: ({ ceiling, unit }) => (ceiling === undefined ? '' : `${grouped(ceiling)} ${unit}`),
}
const RATIO: Column = { title: 'ratio (lowest to highest)', cell: ({ ratio }) => rangeText(ratio) }
const CPU_RATIO: Column = { title: 'ours/bare (lowest to highest)', cell: ({ cpu }) => rangeText(cpu?.ratio) }

const RESULTS: readonly Column[] = [
  NAME,
  OURS,
  { title: 'p50 ms', cell: ({ p50 }) => p50?.toFixed(1) ?? '' },
  { title: 'p99 ms', cell: ({ p99 }) => p99?.toFixed(1) ?? '' },
  CEILING,
  AGAINST,
  RATIO,
  { title: 'aim', cell: ({ aim, unit }) => (aim === undefined ? '' : aimText(aim, unit)) },
  { title: 'met', cell: ({ met }) => (met === undefined ? '' : met ? 'yes' : 'NO') },
  { title: 'CPU us', cell: ({ cpu }) => (cpu === undefined ? '' : `${micros(cpu.ours)} : ${micros(cpu.ceiling)}`) },
]

const CPU: readonly Column[] = [
  NAME,
  { title: 'ours', cell: ({ cpu }) => micros(cpu?.ours) },
  { title: 'bare', cell: ({ cpu }) => micros(cpu?.ceiling) },
  CPU_RATIO,
  AGAINST,
]

const CHECKOUTS: readonly Column[] = [
  NAME,
  OURS,
  { ...CEILING, title: 'the other' },
  RATIO,
  { title: 'CPU us, ours', cell: ({ cpu }) => micros(cpu?.ours) },
  { title: 'the other', cell: ({ cpu }) => micros(cpu?.ceiling) },
  { ...CPU_RATIO, title: RATIO.title },
]

/** Ours against the ceilings, with the aims; missed aims first. */
export function renderResults(rows: readonly Row[]): string {
  return render(RESULTS, missesFirst(rows))
}

/** The processor time of the rows that have one; missed aims first. Empty if none has. */
export function renderCpu(rows: readonly Row[]): string {
  const measured = rows.filter(({ cpu }) => cpu !== undefined)
  return measured.length === 0
    ? ''
    : `processor time per request, in microseconds\n${render(CPU, missesFirst(measured))}`
}

/** This checkout against another one. */
export function renderCheckouts(rows: readonly Row[]): string {
  return render(CHECKOUTS, rows)
}

/** Reasons to distrust a row, one a line. */
export function renderCautions(rows: readonly Row[]): string {
  return rows.flatMap(({ name, caution }) => (caution === undefined ? [] : [`! ${name}: ${caution}\n`])).join('')
}

function missesFirst(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => Number(b.met === false) - Number(a.met === false))
}

function render(columns: readonly Column[], rows: readonly Row[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map((column) => column.cell(row)))]
  const widths = columns.map((_, n) => Math.max(...lines.map((line) => line[n]?.length ?? 0)))
  const rendered = lines.map((line) =>
    line
      .map((cell, n) => (columns[n]?.text ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  const rule = '-'.repeat(Math.max(...rendered.map(({ length }) => length)))
  return `${[rendered[0], rule, ...rendered.slice(1)].join('\n')}\n`
}

function rangeText(range: Range | undefined): string {
  if (range === undefined) return ''
  return `${range.median.toFixed(2)} (${range.min.toFixed(2)} to ${range.max.toFixed(2)})`
}

function micros(value: number | undefined): string {
  return value === undefined ? '-' : grouped(value)
}

function aimText(aim: Aim, unit: string): string {
  if ('atMost' in aim) return `<= ${aim.atMost} ${unit}`
  return 'ratioAtMost' in aim ? `<= ${aim.ratioAtMost.toFixed(2)}` : `>= ${aim.ratioAtLeast.toFixed(2)}`
}

function grouped(value: number): string {
  if (value < 10) return value.toFixed(1)
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',')
}
