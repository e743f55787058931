import { bucketOf } from '@cloudstead/protocol'
import type { NodeState, Nodes } from '../../cluster/nodes.ts'
import type { Readiness } from '../../observe/readiness.ts'
import type { Traffic } from '../../observe/traffic.ts'
import type { Usage } from '../../observe/usage.ts'
import type { Warning } from '../../observe/warnings.ts'
import type { Mode } from '../../settings.ts'
import { answeringServer } from './answering-server.ts'
import type { SessionHandlers } from './edge-request.ts'

/** Minutes of traffic that are shown by default. */
const DEFAULT_MINUTES = 60

export interface OverviewHandlersOptions {
  readonly env: string
  readonly version: string
  readonly mode: Mode
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly now: () => number
  readonly ready: () => Promise<Readiness>
  readonly nodes: Pick<Nodes, 'list'>
  readonly usage: () => Promise<Usage>
  readonly warnings: (nodes: readonly NodeState[]) => Promise<readonly Warning[]>
  readonly traffic: Pick<Traffic, 'series'>
}

/** The data of the Console's overview page. */
export function overviewHandlers(
  options: OverviewHandlersOptions,
): Pick<SessionHandlers, 'getOverview' | 'getTraffic'> {
  const { env, version, mode, startedAt, now, ready, nodes, usage, warnings, traffic } = options
  return {
    async getOverview(_input, { origin }) {
      const [{ status, problems }, all, stored] = await Promise.all([ready(), nodes.list(), usage()])
      return {
        env,
        bucket: bucketOf(env),
        endpoint: origin,
        version,
        mode,
        startedAt,
        now: now() - (all[0]?.clockOffsetMs ?? 0),
        state: status,
        problems: [...problems],
        memoryBytes: process.memoryUsage.rss(),
        usage: stored,
        warnings: await warnings(all),
        nodes: [...all],
      }
    },
    async getTraffic({ query }) {
      return { server: answeringServer(await nodes.list()), ...traffic.series(query.minutes ?? DEFAULT_MINUTES) }
    },
  }
}
