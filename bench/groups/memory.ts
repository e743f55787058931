import { setTimeout as pause } from 'node:timers/promises'
import { signIn } from '../cloudstead.ts'
import type { Group } from '../group.ts'
import type { Row } from '../measure.ts'
import { memoryOf } from '../processes.ts'

const KIB = 1024
/** The time after the start until its temporary memory is released. */
const SETTLE_MS = 2000
const IDLE_AIM_MB = 90
const LOADED_AIM_MB = 250

/** Resident memory after the start, and the peak during uploads. */
export const memoryGroup: Group = {
  name: 'memory',
  async run(bench) {
    const server = await bench.cloudstead()
    await pause(SETTLE_MS)
    const idle = memoryOf(server.pid)?.now
    if (idle === undefined) {
      bench.progress('this system does not report the memory of a process; nothing measured')
      return []
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
    const loaded = memoryOf(server.pid)?.peak ?? Number.NaN
    return [row('memory, idle', idle, IDLE_AIM_MB), row('memory, peak of uploads', loaded, LOADED_AIM_MB)]
  },
}

function row(name: string, megabytes: number, atMost: number): Row {
  return { name, unit: 'MB', ours: megabytes, aim: { atMost }, met: megabytes <= atMost }
}
