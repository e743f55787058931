import type { FastifyInstance } from 'fastify'

/** Counters in Prometheus' text format. */
export interface Metrics {
  render(): string
  /** Counts the requests of an app, by route and status. */
  observe(app: FastifyInstance): void
}

interface Sum {
  count: number
  seconds: number
}

export function createMetrics(startedAt: number, now: () => number): Metrics {
  /** By route, then by method and status: no text is built for a request. */
  const routes = new Map<string, Map<string, Map<number, Sum>>>()
  return {
    observe(app) {
      app.addHook('onResponse', (request, reply, done) => {
        const methods = entryOf(routes, request.routeOptions.url ?? 'none', () => new Map<string, Map<number, Sum>>())
        const statuses = entryOf(methods, request.method, () => new Map<number, Sum>())
        const sum = entryOf(statuses, reply.statusCode, () => ({ count: 0, seconds: 0 }))
        sum.count += 1
        sum.seconds += reply.elapsedTime / 1000
        done()
      })
    },
    render() {
      const requests = [...routes].flatMap(([route, methods]) =>
        [...methods].flatMap(([method, statuses]) =>
          [...statuses].map(
            ([status, sum]) => [`method="${method}",route="${route}",status="${status}"`, sum] as const,
          ),
        ),
      )
      const lines = [
        '# TYPE cloudstead_uptime_seconds gauge',
        `cloudstead_uptime_seconds ${Math.round((now() - startedAt) / 1000)}`,
        '# TYPE cloudstead_memory_bytes gauge',
        `cloudstead_memory_bytes ${process.memoryUsage.rss()}`,
        '# TYPE cloudstead_requests_total counter',
        ...requests.map(([labels, { count }]) => `cloudstead_requests_total{${labels}} ${count}`),
        '# TYPE cloudstead_request_seconds_total counter',
        ...requests.map(([labels, { seconds }]) => `cloudstead_request_seconds_total{${labels}} ${seconds.toFixed(6)}`),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}
