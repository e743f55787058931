import { bucketOf } from '@cloudstead/protocol'
import type { Traffic } from '../../observe/traffic.ts'
import type { Usage } from '../../observe/usage.ts'
import type { Warning } from '../../observe/warnings.ts'
import type { Mode } from '../../settings.ts'
import type { SessionHandlers } from './edge-request.ts'

/** Minutes of traffic that are shown by default. */
const DEFAULT_MINUTES = 60

export interface OverviewHandlersOptions {
  readonly env: string
  readonly version: string
  readonly mode: Mode
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly healthy: () => Promise<boolean>
  readonly usage: () => Promise<Usage>
  readonly warnings: () => Promise<readonly Warning[]>
  readonly traffic: Pick<Traffic, 'series'>
}

/** The data of the Console's overview page. */
export function overviewHandlers(
  options: OverviewHandlersOptions,
): Pick<SessionHandlers, 'getOverview' | 'getTraffic'> {
  const { env, version, mode, startedAt, healthy, usage, warnings, traffic } = options
  return {
    async getOverview(_input, { origin }) {
      const [well, stored, found] = await Promise.all([healthy().catch(() => false), usage(), warnings()])
      return {
        env,
        bucket: bucketOf(env),
        endpoint: origin,
        version,
        mode,
        startedAt,
        healthy: well,
        memoryBytes: process.memoryUsage.rss(),
        usage: stored,
        warnings: found,
      }
    },
    getTraffic: async ({ query }) => traffic.series(query.minutes ?? DEFAULT_MINUTES),
  }
}
