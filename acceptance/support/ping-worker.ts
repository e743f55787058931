/** Pings a server until it is told to stop, then reports the largest processor time that the server spent on one ping. */
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

/** Work that begins in a pause is seen by the next ping, less the rest of the pause. */
const PAUSE_MS = 10

const { url, pid } = workerData as { url: string; pid: number }
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** Processor time of the main thread of the server, in ms. */
function processorTime(): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

function ping(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/health`, { agent }, (response) => response.resume().on('end', resolve))
    request.on('error', reject)
  })
}

let stopped = false
parentPort?.on('message', () => {
  stopped = true
})

let longest = 0
await ping()
parentPort?.postMessage('started')
// At least one ping, so that work which was done between two pings counts for the one that waits behind it.
do {
  await pause(PAUSE_MS)
  const before = processorTime()
  await ping()
  longest = Math.max(longest, processorTime() - before)
} while (!stopped)
parentPort?.postMessage(longest)
