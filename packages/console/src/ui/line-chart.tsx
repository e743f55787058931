import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { formatClock, formatNumber } from '../i18n/format.ts'
import { texts } from '../i18n/texts.ts'
import { axisTicks, clockIndexes } from './chart-scale.ts'
import './line-chart.css'

const t = texts({ en: { time: 'Time', table: 'As a table' }, zh: { time: '时间', table: '以表格查看' } })

interface Series {
  readonly name: string
  readonly values: readonly number[]
}

interface LineChartProps {
  /** What the chart shows, in a sentence for screen readers. */
  readonly label: string
  /** Milliseconds since the epoch, oldest first. */
  readonly times: readonly number[]
  /** One to three series, with a value for each time. */
  readonly series: readonly Series[]
}

/** Pixels. */
const HEIGHT = 220
const LEFT = 44
const RIGHT = 12
const TOP = 12
const BOTTOM = 26
/** Pixels between two time labels. */
const LABEL_WIDTH = 72
/** Half the width of a label in pixels, so that the last one is not cut off. */
const LABEL_HALF = 18
/** The newest rows, shown in the table for readers who do not see the chart. */
const TABLE_ROWS = 60

/** Values over time. The pointer and the arrow keys read single values; a table has the same values as text. */
export function LineChart({ label, times, series }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const id = useId()
  const [width, setWidth] = useState(640)
  const [read, setRead] = useState<number>()
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = new ResizeObserver(() => setWidth(Math.max(240, element.clientWidth)))
    measure.observe(element)
    return () => measure.disconnect()
  }, [])
  const last = times.length - 1
  const ticks = axisTicks(series.reduce((most, { values }) => values.reduce((a, b) => Math.max(a, b), most), 0))
  const top = ticks.at(-1) ?? 1
  const x = (index: number) => LEFT + (last <= 0 ? 0 : (index / last) * (width - LEFT - RIGHT))
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM)
  const at = read === undefined ? undefined : Math.min(read, last)
  const clock = (index: number) => formatClock(times[index] ?? 0)
  const moment = at === undefined || at < 0 ? undefined : at
  return (
    <figure class="line-chart" aria-labelledby={id}>
      <figcaption class="only-read" id={id}>
        {label}
      </figcaption>
      <div class="chart-legend">
        {series.map(({ name, values }, index) => (
          <span key={name} class={`chart-key is-${index + 1}`}>
            {name}
            {moment !== undefined && <b class="numbers">{formatNumber(values[moment] ?? 0)}</b>}
          </span>
        ))}
        <span class="chart-moment numbers">{moment === undefined ? '' : clock(moment)}</span>
      </div>
      <div
        ref={box}
        class="chart-box"
        role="img"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read the values
        tabIndex={0}
        aria-label={label}
        onPointerMove={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect()
          const share = (event.clientX - left - LEFT) / (width - LEFT - RIGHT)
          setRead(Math.max(0, Math.min(last, Math.round(share * last))))
        }}
        onPointerLeave={() => setRead(undefined)}
        onBlur={() => setRead(undefined)}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
          if (step === 0) return
          event.preventDefault()
          setRead(Math.max(0, Math.min(last, (at ?? last + 1) + step)))
        }}
      >
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
          {ticks.map((tick) => (
            <g key={tick}>
              <line class="chart-line" x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text class="chart-text" x={LEFT - 8} y={y(tick) + 4} text-anchor="end">
                {formatNumber(tick)}
              </text>
            </g>
          ))}
          {clockIndexes(times, Math.floor((width - LEFT) / LABEL_WIDTH)).map((index) => (
            <text
              key={index}
              class="chart-text"
              x={Math.min(x(index), width - LABEL_HALF)}
              y={HEIGHT - 6}
              text-anchor="middle"
            >
              {clock(index)}
            </text>
          ))}
          {moment !== undefined && (
            <line class="chart-cursor" x1={x(moment)} x2={x(moment)} y1={TOP} y2={HEIGHT - BOTTOM} />
          )}
          {series.map(({ name, values }, index) => (
            <g key={name} class={`chart-series is-${index + 1}`}>
              {index === 0 && values.length > 1 && (
                <path
                  class="chart-area"
                  d={`${pathOf(values, x, y)}L${x(values.length - 1)},${y(0)}L${x(0)},${y(0)}Z`}
                />
              )}
              <path d={pathOf(values, x, y)} />
              {moment !== undefined && <circle cx={x(moment)} cy={y(values[moment] ?? 0)} r="3.5" />}
            </g>
          ))}
        </svg>
      </div>
      <details class="chart-table">
        <summary>{t.table}</summary>
        <div class="chart-table-box">
          <table aria-label={label}>
            <thead>
              <tr>
                <th scope="col">{t.time}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times
                .map((_, index) => index)
                .slice(-TABLE_ROWS)
                .reverse()
                .map((index) => (
                  <tr key={index}>
                    <th scope="row">{clock(index)}</th>
                    {series.map(({ name, values }) => (
                      <td key={name}>{formatNumber(values[index] ?? 0)}</td>
                    ))}
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

function pathOf(values: readonly number[], x: (index: number) => number, y: (value: number) => number): string {
  return values
    .map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)},${y(value).toFixed(1)}`)
    .join('')
}
