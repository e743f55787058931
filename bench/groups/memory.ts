import { setTimeout as pause } from 'node:timers/promises'
import { type CloudsteadOptions, signIn } from '../cloudstead.ts'
import type { Bench, Group } from '../group.ts'
import { compareValues, OTHER, type Row } from '../measure.ts'
import { memoryOf } from '../processes.ts'

const KIB = 1024
/** The time after the start until its temporary memory is released. */
const SETTLE_MS = 2000
const IDLE_AIM_MB = 75
const LOADED_AIM_MB = 220
const IDLE = 'memory, idle'
const LOADED = 'memory, peak of uploads'

/** Resident memory after the start, and the peak during uploads. */
export const memoryGroup: Group = {
  name: 'memory',
  async run(bench) {
    const ours = await bench.part(() => measure(bench))
    return ours === undefined
      ? []
      : [withAim(IDLE, ours.idle, IDLE_AIM_MB), withAim(LOADED, ours.loaded, LOADED_AIM_MB)]
  },
  async against(bench, checkout) {
    const ours = await bench.part(() => measure(bench))
    const other = await bench.part(() => measure(bench, { checkout }))
    if (ours === undefined || other === undefined) return []
    return [withOther(IDLE, ours.idle, other.idle), withOther(LOADED, ours.loaded, other.loaded)]
  },
}

interface Megabytes {
  readonly idle: number
  readonly loaded: number
}

/** Undefined where the system does not report the memory of a process. */
async function measure(bench: Bench, options?: CloudsteadOptions): Promise<Megabytes | undefined> {
  const server = await bench.cloudstead(options)
  await pause(SETTLE_MS)
  const idle = memoryOf(server.pid)?.now
  if (idle === undefined) {
    bench.progress('this system does not report the memory of a process; nothing measured')
    return undefined
  }
  bench.progress(`idle ${idle.toFixed(0)} MB`)
  const user = await signIn(server)
  for (let round = 1; round <= bench.scale.rounds; round += 1) {
    for (const { connections, bytes, requests } of [
      { connections: 32, bytes: 200 * KIB, requests: bench.scale.uploads },
      { connections: 4, bytes: 2048 * KIB, requests: bench.scale.uploads / 4 },
    ]) {
      const tickets = await user.uploadTickets(`memory${round}-${connections}-`, requests)
      const plan = { kind: 'put', paths: tickets.map(({ path }) => path), bytes } as const
      await bench.drive(server, { connections, seconds: bench.scale.seconds * 3, requests, plan })
    }
    const { now = 0, peak = 0 } = memoryOf(server.pid) ?? {}
    bench.progress(`round ${round}: ${now.toFixed(0)} MB now, peak ${peak.toFixed(0)} MB`)
  }
  return { idle, loaded: memoryOf(server.pid)?.peak ?? Number.NaN }
}

function withAim(name: string, megabytes: number, atMost: number): Row {
  return { name, unit: 'MB', ours: megabytes, aim: { atMost }, met: megabytes <= atMost }
}

function withOther(name: string, megabytes: number, other: number): Row {
  const ratio = compareValues([megabytes], [other])
  return { name, unit: 'MB', ours: megabytes, ceiling: other, against: OTHER, ratio }
}
