/** Measures sides in alternating rounds, so that disturbances of the machine affect all of them. */
import { type Measured, rate } from './job.ts'

/** One side of a comparison. Called once per round; `round` 0 is the warm-up and does not count. */
export type Side = (round: number) => Promise<Measured>

/** The results of the rounds, by side, in order. */
export type Rounds<Name extends string> = Readonly<Record<Name, readonly Measured[]>>

export type Sides<Name extends string> = Readonly<Record<Name, Side>>

/** Runs every side in every round, in alternating order, after one warm-up round. */
export async function takeTurns<Name extends string>(
  rounds: number,
  sides: Sides<Name>,
  progress: (line: string) => void,
): Promise<Rounds<Name>> {
  const names = Object.keys(sides) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Measured[]])) as Record<Name, Measured[]>
  for (let round = 0; round <= rounds; round += 1) {
    const shown = new Map<Name, string>()
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const measured = await sides[name](round)
      if (measured.requests === 0) throw new Error(`${name} did nothing in round ${round}`)
      if (round > 0) results[name].push(measured)
      shown.set(name, `${name} ${rate(measured).toFixed(0)}/s`)
    }
    progress(`${round === 0 ? 'warm-up' : `round ${round}`}: ${names.map((name) => shown.get(name)).join(', ')}`)
  }
  return results
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  return (low + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

/** An aim for a ratio of rates. */
export interface RateAim {
  readonly ratioAtLeast: number
}

/** An aim for the ratio to the ceiling, or for the value itself. */
export type Aim = RateAim | { readonly ratioAtMost: number } | { readonly atMost: number }

/** Over the rounds. */
export interface Range {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The name of the ceiling where it is the server of another checkout. */
export const OTHER = 'the other checkout'

/** Microseconds of processor time per operation; of the ceiling only where its processes can be seen. */
export interface Cpu {
  readonly ours: number
  readonly ceiling?: number
  /** Ours divided by the ceiling's. */
  readonly ratio?: Range
}

/** One row of the table. */
export interface Row {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly ceiling?: number
  /** The name of the ceiling, as in the README. */
  readonly against?: string
  readonly ratio?: Range
  readonly p50?: number
  readonly p99?: number
  /** Processor time per operation. Less affected by other load than the rates. */
  readonly cpu?: Cpu
  readonly aim?: Aim
  readonly met?: boolean
  /** A reason to distrust the figure. */
  readonly caution?: string
}

/** Above this share of its core, the load process was a bottleneck. */
const LOAD_BUSY = 0.95

/** The row for one side against another: medians of the rates, and of the ratios within each round. */
export function compare(
  name: string,
  ours: readonly Measured[],
  against: string,
  ceiling: readonly Measured[],
  aim?: RateAim,
): Row {
  const ratio = compareValues(ours.map(rate), ceiling.map(rate))
  const cpu = compareMicros(ours.map(cpuOf), ceiling.map(cpuOf))
  const busy = median(ours.map(({ loadCpu }) => loadCpu ?? 0))
  return {
    name,
    unit: '/s',
    ours: median(ours.map(rate)),
    ceiling: median(ceiling.map(rate)),
    against,
    ratio,
    p50: median(ours.map(({ p50 }) => p50 ?? 0)),
    p99: median(ours.map(({ p99 }) => p99 ?? 0)),
    ...(cpu === undefined ? {} : { cpu }),
    ...(aim === undefined ? {} : { aim, met: ratio.median >= aim.ratioAtLeast }),
    ...(busy > LOAD_BUSY ? { caution: `the load used ${Math.round(busy * 100)} % of its core` } : {}),
  }
}

/** Processor time by round, ours against that of a ceiling. Undefined where the system does not report ours. */
export function compareMicros(ours: readonly number[], ceiling: readonly number[]): Cpu | undefined {
  const [mine, others] = [median(ours), median(ceiling)]
  if (Number.isNaN(mine)) return undefined
  if (Number.isNaN(others)) return { ours: mine }
  return { ours: mine, ceiling: others, ratio: compareValues(ours, ceiling) }
}

/** The ratios of two values within each round. */
export function compareValues(ours: readonly number[], other: readonly number[]): Range {
  return rangeOf(ours.map((value, round) => value / (other[round] ?? Number.NaN)))
}

/**
 * The row for the processor time per operation of one side against another. Undefined where the system does not report it.
 */
export function compareCpu(
  name: string,
  ours: readonly Measured[],
  against: string,
  other: readonly Measured[],
  aim?: { readonly ratioAtMost: number },
): Row | undefined {
  const ratio = rangeOf(growthOf({ few: other, many: ours }))
  if (Number.isNaN(ratio.median)) return undefined
  return {
    name,
    unit: 'us',
    ours: medianCpu(ours),
    ceiling: medianCpu(other),
    against,
    ratio,
    p50: median(ours.map(({ p50 }) => p50 ?? 0)),
    p99: median(ours.map(({ p99 }) => p99 ?? 0)),
    ...(aim === undefined ? {} : { aim, met: ratio.median <= aim.ratioAtMost }),
  }
}

/** What was measured with few and with many of something. */
interface Growth {
  readonly few: readonly Measured[]
  readonly many: readonly Measured[]
}

/** The row for how many times the processor time per operation grows, against another growth. Undefined as above. */
export function compareGrowth(
  name: string,
  ours: Growth,
  against: string,
  other: Growth,
  aim: { readonly ratioAtMost: number },
): Row | undefined {
  const [growth, others] = [growthOf(ours), growthOf(other)]
  const ratio = rangeOf(growth.map((times, round) => times / (others[round] ?? Number.NaN)))
  if (Number.isNaN(ratio.median)) return undefined
  const met = ratio.median <= aim.ratioAtMost
  return { name, unit: 'times', ours: median(growth), ceiling: median(others), against, ratio, aim, met }
}

function growthOf({ few, many }: Growth): number[] {
  return many.map((measured, round) => cpuOf(measured) / cpuOf(few[round]))
}

function cpuOf(measured: Measured | undefined): number {
  return measured?.serverCpuMicros ?? Number.NaN
}

function rangeOf(ratios: readonly number[]): Range {
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
}

function medianCpu(side: readonly Measured[]): number {
  return median(side.map(cpuOf))
}
