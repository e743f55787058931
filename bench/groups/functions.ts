import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench, Group } from '../group.ts'
import type { Measured } from '../job.ts'
import { compare, compareValues, median, type Row } from '../measure.ts'
import { cpuMicrosOf } from '../processes.ts'

interface FunctionsJob {
  readonly operation: 'call' | 'start'
  readonly seconds: number
}

const SCRIPT = 'server/src/functions/instances/bench.fixture.ts'
const AGAINST = 'bare fork, IPC echo'
/** At most half as long again. */
const CALLS = { ratioAtLeast: 1 / 1.5 }
const COLD_MS = 150
const TIMERS = 1000
/** Of one function. */
const TIMERS_EACH = 50
/** After the start, until nothing of it is left to do. */
const SETTLE_MS = 3000
const IDLE_MS = 5000

/** Function processes, against bare ones that echo; and what timers cost that are not due. */
export const functionsGroup: Group = {
  name: 'functions',
  async run(bench) {
    const instance = bench.inPackage<FunctionsJob>(SCRIPT, 'instance', bench.directory())
    const bare = bench.inPackage<FunctionsJob>(SCRIPT, 'bare', bench.directory())
    const measure = (operation: FunctionsJob['operation'], seconds: number) =>
      bench.takeTurns({
        ours: () => instance.run({ operation, seconds }),
        bare: () => bare.run({ operation, seconds }),
      })
    const calls = await measure('call', bench.scale.seconds)
    const starts = await measure('start', bench.scale.seconds * 2)
    await Promise.all([instance.stop(), bare.stop()])
    return [
      compare('function call, warm, c=1', calls.ours, AGAINST, calls.bare, CALLS),
      coldStart(starts.ours, starts.bare),
      await idleRow(bench),
    ]
  },
}

function coldStart(ours: readonly Measured[], bare: readonly Measured[]): Row {
  const typical = (measured: readonly Measured[]) => measured.map(({ p50 }) => p50 ?? Number.NaN)
  const ms = median(typical(ours))
  return {
    name: 'function, start and first call',
    unit: 'ms',
    ours: ms,
    ceiling: median(typical(bare)),
    against: AGAINST,
    ratio: compareValues(typical(ours), typical(bare)),
    aim: { atMost: COLD_MS },
    met: ms <= COLD_MS,
  }
}

async function idleRow(bench: Bench): Promise<Row> {
  const functions = functionsWithTimers(join(bench.directory(), 'cloudfunctions'))
  const ours: number[] = []
  const other: number[] = []
  for (let round = 1; round <= Math.min(3, bench.scale.rounds); round += 1) {
    ours.push(await idleCost(bench, ['--functions', functions]))
    other.push(await idleCost(bench, []))
    bench.progress(
      `round ${round}: ${ours.at(-1)?.toFixed(1)} ms/s with timers, ${other.at(-1)?.toFixed(1)} ms/s without`,
    )
  }
  return {
    name: `idle with ${TIMERS} timers`,
    unit: 'ms/s',
    ours: median(ours),
    ceiling: median(other),
    against: 'without functions',
    ratio: compareValues(ours, other),
  }
}

/** Processor time of a server that nobody uses, in ms per second. */
async function idleCost(bench: Bench, args: readonly string[]): Promise<number> {
  return bench.part(async () => {
    const server = await bench.cloudstead({ args })
    await pause(SETTLE_MS)
    const before = cpuMicrosOf([server.pid]) ?? Number.NaN
    await pause(IDLE_MS)
    return ((cpuMicrosOf([server.pid]) ?? Number.NaN) - before) / IDLE_MS
  })
}

/** Functions whose timers are due in January. */
function functionsWithTimers(root: string): string {
  for (let n = 0; n < TIMERS / TIMERS_EACH; n += 1) {
    const directory = join(root, `job${n}`)
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'index.js'), 'exports.main = async () => 1')
    const triggers = Array.from({ length: TIMERS_EACH }, (_, timer) => ({
      name: `timer${timer}`,
      type: 'timer',
      config: `0 ${timer} 3 1 1 * *`,
    }))
    writeFileSync(join(directory, 'config.json'), JSON.stringify({ triggers }))
  }
  return root
}
