/** Counts the answers of the server. */
export interface Metrics {
  /** All counters in Prometheus' text format. */
  render(): string
  /** Requests answered since the start. */
  requests(): number
  /** @param url the URL pattern of the route */
  route(url: string): RouteCounter
}

interface RouteCounter {
  /** Counts an answer. @param seconds that it took */
  count(method: string, status: number, seconds: number): void
}

interface Sum {
  count: number
  seconds: number
}

/** @param startedAt milliseconds since the epoch, like `now` */
export function createMetrics(startedAt: number, now: () => number): Metrics {
  /** By route, then method, then status: nested maps, so that counting builds no string for a key. */
  const routes = new Map<string, Map<string, Map<number, Sum>>>()
  let requests = 0
  return {
    requests: () => requests,
    route(url) {
      const methods = entryOf(routes, url, () => new Map<string, Map<number, Sum>>())
      return {
        count(method, status, seconds) {
          const statuses = entryOf(methods, method, () => new Map<number, Sum>())
          const sum = entryOf(statuses, status, () => ({ count: 0, seconds: 0 }))
          sum.count += 1
          requests += 1
          sum.seconds += seconds
        },
      }
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
