import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import type { Metrics } from '../observe/metrics.ts'
import type { Traffic } from '../observe/traffic.ts'
import { begunRequest } from './begun.ts'

export interface CountRequestsOptions {
  readonly metrics: Pick<Metrics, 'route'>
  readonly traffic: Pick<Traffic, 'count'>
}

/** Requests of the Console and of monitoring, which are not requests of the app. */
const NOT_TRAFFIC = /^\/(?:console|health|ready|metrics)(?:\/|$)/

/**
 * Counts the answers of a server by route and status. Call it before routes are registered: each route gets its own
 * counter, because looking up the route of a request costs as much as a database read.
 */
export function countRequests(app: FastifyInstance, { metrics, traffic }: CountRequestsOptions): void {
  const counting = (url: string, isTraffic: boolean): onResponseHookHandler => {
    const route = metrics.route(url)
    return (request, reply, done) => {
      const begun = begunRequest(request.raw)
      const took = begun === undefined ? reply.elapsedTime : performance.now() - begun.startedAt
      route.count(request.method, reply.statusCode, took / 1000)
      if (isTraffic) traffic.count(reply.statusCode >= 500 || request.failed)
      done()
    }
  }
  app.addHook('onRoute', (route) => {
    const others = [route.onResponse ?? []].flat()
    route.onResponse = [...others, counting(route.url, !NOT_TRAFFIC.test(route.url))]
  })
  const nowhere = counting('none', true)
  app.addHook('onResponse', function (request, reply, done) {
    if (request.is404) nowhere.call(this, request, reply, done)
    else done()
  })
}
