/** Renders the results as a table. */
import type { Aim, Row } from './measure.ts'

const HEADER = [
  '',
  'ours',
  'p50 ms',
  'p99 ms',
  'ceiling',
  'against',
  'ratio (lowest to highest)',
  'aim',
  'met',
  'CPU us',
]

export function renderTable(rows: readonly Row[]): string {
  const lines = [HEADER, ...rows.map(cells)]
  const widths = HEADER.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const rendered = lines.map((line) =>
    line
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  const cautions = rows.flatMap(({ name, caution }) => (caution === undefined ? [] : [`! ${name}: ${caution}`]))
  return `${[rendered[0], '-'.repeat(Math.max(...rendered.map(({ length }) => length))), ...rendered.slice(1), ...cautions].join('\n')}\n`
}

function isText(column: number): boolean {
  return column === 0 || column === 5
}

function cells({ name, unit, ours, ceiling, against, ratio, p50, p99, cpu, aim, met }: Row): string[] {
  const value = (amount: number | undefined) => (amount === undefined ? '' : `${grouped(amount)} ${unit}`)
  return [
    name,
    value(ours),
    p50 === undefined ? '' : p50.toFixed(1),
    p99 === undefined ? '' : p99.toFixed(1),
    value(ceiling),
    against ?? '',
    ratio === undefined ? '' : `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`,
    aim === undefined ? '' : aimText(aim, unit),
    met === undefined ? '' : met ? 'yes' : 'NO',
    cpu === undefined ? '' : `${grouped(cpu.ours)} : ${grouped(cpu.ceiling)}`,
  ]
}

function aimText(aim: Aim, unit: string): string {
  if ('atMost' in aim) return `<= ${aim.atMost} ${unit}`
  return 'ratioAtMost' in aim ? `<= ${aim.ratioAtMost.toFixed(2)}` : `>= ${aim.ratioAtLeast.toFixed(2)}`
}

function grouped(value: number): string {
  if (value < 10) return value.toFixed(1)
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',')
}
