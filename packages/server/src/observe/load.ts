import type { NodeLoad } from '../cluster/nodes.ts'

/** Measures what this process is doing: each call covers the time since the one before. */
export function loadMeter(requests: () => number): () => NodeLoad {
  let before = { at: performance.now(), requests: requests(), cpu: process.cpuUsage() }
  return () => {
    const cpu = process.cpuUsage(before.cpu)
    const now = { at: performance.now(), requests: requests(), cpu: process.cpuUsage() }
    const seconds = Math.max(0.001, (now.at - before.at) / 1000)
    const load = {
      requests: (now.requests - before.requests) / seconds,
      processors: (cpu.user + cpu.system) / 1e6 / seconds,
      memory: process.memoryUsage.rss(),
    }
    before = now
    return load
  }
}
