import { join } from 'node:path'
import type { Bench, Group } from '../group.ts'
import { openConnection, requestHead } from '../http-client.ts'
import { compareMicros, compareValues, median, OTHER, type Row } from '../measure.ts'
import { cpuMicrosOf, type Server } from '../processes.ts'

const AIM = { ratioAtMost: 2.5 }

/** From spawn to the first answer, on an existing data directory. */
export const startGroup: Group = {
  name: 'start',
  async run(bench) {
    const row = await compareStarts(bench, await ours(bench), 'bare node:http', () => bench.ceiling('hello'))
    return [{ ...row, aim: AIM, met: (row.ratio?.median ?? Number.NaN) <= AIM.ratioAtMost }]
  },
  async against(bench, checkout) {
    return [await compareStarts(bench, await ours(bench), OTHER, await ours(bench, checkout))]
  },
}

/** Starts the server once, which creates its data directory; the function starts it again. */
async function ours(bench: Bench, checkout?: string): Promise<() => Promise<Server>> {
  const options = { dataDir: join(bench.directory(), 'data'), ...(checkout !== undefined && { checkout }) }
  const first = await bench.cloudstead(options)
  bench.progress(`first start, which creates the data directory: ${first.startedInMs.toFixed(0)} ms`)
  await first.stop()
  return () => bench.cloudstead(options)
}

async function compareStarts(
  bench: Bench,
  ours: () => Promise<Server>,
  against: string,
  other: () => Promise<Server>,
): Promise<Row> {
  const ms = { ours: [] as number[], other: [] as number[] }
  const micros = { ours: [] as number[], other: [] as number[] }
  for (let round = 1; round <= bench.scale.rounds; round += 1) {
    for (const [side, start] of [['ours', ours] as const, ['other', other] as const]) {
      await bench.part(async () => {
        const server = await start()
        ms[side].push(server.startedInMs + (await firstAnswerMs(server)))
        micros[side].push(cpuMicrosOf([server.pid]) ?? Number.NaN)
      })
    }
    const last = (values: readonly number[]) => values.at(-1)?.toFixed(0)
    bench.progress(`round ${round}: ours ${last(ms.ours)} ms, ${against} ${last(ms.other)} ms`)
  }
  const cpu = compareMicros(micros.ours, micros.other)
  return {
    name: 'cold start, to the first answer',
    unit: 'ms',
    ours: median(ms.ours),
    ceiling: median(ms.other),
    against,
    ratio: compareValues(ms.ours, ms.other),
    ...(cpu !== undefined && { cpu }),
  }
}

/** Milliseconds to connect and to get an answer. */
export async function firstAnswerMs({ url }: Server): Promise<number> {
  const { hostname, port, host } = new URL(url)
  const began = performance.now()
  const connection = await openConnection(hostname, Number(port))
  const { status } = await connection.exchange(requestHead('GET', '/health', host), undefined, false)
  connection.close()
  if (status !== 200) throw new Error(`/health answered ${status}`)
  return performance.now() - began
}
