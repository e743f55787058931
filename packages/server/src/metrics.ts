import type { FastifyInstance } from 'fastify'

/** Counters in Prometheus' text format. */
export interface Metrics {
  render(): string
  /** Counts the requests of an app, by route and status. */
  observe(app: FastifyInstance): void
}

export function createMetrics(startedAt: number, now: () => number): Metrics {
  const requests = new Map<string, { count: number; seconds: number }>()
  return {
    observe(app) {
      app.addHook('onResponse', async (request, reply) => {
        const route = request.routeOptions.url ?? 'none'
        const labels = `method="${request.method}",route="${route}",status="${reply.statusCode}"`
        const entry = requests.get(labels) ?? { count: 0, seconds: 0 }
        entry.count += 1
        entry.seconds += reply.elapsedTime / 1000
        requests.set(labels, entry)
      })
    },
    render() {
      const lines = [
        '# TYPE cloudstead_uptime_seconds gauge',
        `cloudstead_uptime_seconds ${Math.round((now() - startedAt) / 1000)}`,
        '# TYPE cloudstead_memory_bytes gauge',
        `cloudstead_memory_bytes ${process.memoryUsage.rss()}`,
        '# TYPE cloudstead_requests_total counter',
        ...[...requests].map(([labels, { count }]) => `cloudstead_requests_total{${labels}} ${count}`),
        '# TYPE cloudstead_request_seconds_total counter',
        ...[...requests].map(
          ([labels, { seconds }]) => `cloudstead_request_seconds_total{${labels}} ${seconds.toFixed(6)}`,
        ),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}
