/** What one request costs a running server: how long it is deaf to others, and how much its memory grows. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { RunningServer } from './server.ts'

const MIB = 1024 * 1024

export interface Cost {
  /**
   * The longest time in ms that the server worked before it answered somebody else. It is the processor time of its main
   * thread, because on a busy machine the time by the clock says nothing about the server.
   */
  readonly deafMs: number
  /** Growth of the resident memory to its peak, in MiB. */
  readonly grownMib: number
}

/** Pings `/health` from a thread of its own, one ping at a time, while `work` runs. */
export async function costOf(server: RunningServer, work: () => Promise<unknown>): Promise<Cost> {
  const before = await memory(server.pid, 'VmRSS')
  // Resets the peak.
  await writeFile(`/proc/${server.pid}/clear_refs`, '5')
  const worker = new Worker(new URL('./ping-worker.ts', import.meta.url), {
    workerData: { url: server.url, pid: server.pid },
  })
  await once(worker, 'message')
  try {
    await work()
  } finally {
    worker.postMessage('stop')
  }
  const [deafMs] = (await once(worker, 'message')) as [number]
  await worker.terminate()
  return { deafMs, grownMib: ((await memory(server.pid, 'VmHWM')) - before) / MIB }
}

async function memory(pid: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kilobytes === undefined) throw new Error(`no ${name} in /proc/${pid}/status`)
  return Number(kilobytes) * 1024
}
