import type { Overview, OverviewWarning } from '@cloudstead/admin-api'
import { bucketOf } from '@cloudstead/protocol'
import type { Traffic } from '../../observe/traffic.ts'
import type { SessionHandlers } from './edge-request.ts'

const DEFAULT_MINUTES = 60

export interface OverviewDeps {
  readonly env: string
  readonly version: string
  readonly mode: 'start' | 'dev'
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly healthy: () => Promise<boolean>
  readonly usage: () => Promise<Overview['usage']>
  readonly warnings: () => Promise<readonly OverviewWarning[]>
  readonly traffic: Pick<Traffic, 'series'>
}

/** What the first page shows. */
export function overviewHandlers(deps: OverviewDeps): Pick<SessionHandlers, 'getOverview' | 'getTraffic'> {
  const { env, version, mode, startedAt, healthy, usage, warnings, traffic } = deps
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
