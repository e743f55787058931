import { join } from 'node:path'
import type { Group } from '../group.ts'
import { median } from '../measure.ts'
import { cpuMicrosOf } from '../processes.ts'

const AIM_MS = 400

/** From spawn to the ready line, on an existing data directory. */
export const startGroup: Group = {
  name: 'start',
  async run(bench) {
    const dataDir = join(bench.directory(), 'data')
    const first = await bench.startUnpinned(dataDir)
    bench.progress(`first start, which creates the data directory: ${first.startedInMs.toFixed(0)} ms`)
    await first.stop()
    const ours: number[] = []
    const bare: number[] = []
    const cpu = { ours: [] as number[], ceiling: [] as number[] }
    for (let round = 0; round < bench.scale.rounds; round += 1) {
      const server = await bench.startUnpinned(dataDir)
      cpu.ours.push(cpuMicrosOf([server.pid]) ?? Number.NaN)
      await server.stop()
      const hello = await bench.startBare('hello')
      cpu.ceiling.push(cpuMicrosOf([hello.pid]) ?? Number.NaN)
      await hello.stop()
      ours.push(server.startedInMs)
      bare.push(hello.startedInMs)
      bench.progress(
        `round ${round + 1}: ours ${server.startedInMs.toFixed(0)} ms, bare ${hello.startedInMs.toFixed(0)} ms`,
      )
    }
    const ratios = ours.map((ms, round) => ms / (bare[round] ?? ms))
    return [
      {
        name: 'cold start',
        unit: 'ms',
        ours: median(ours),
        ceiling: median(bare),
        against: 'bare node:http',
        ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
        cpu: { ours: median(cpu.ours), ceiling: median(cpu.ceiling) },
        aim: { atMost: AIM_MS },
        met: median(ours) <= AIM_MS,
      },
    ]
  },
}
