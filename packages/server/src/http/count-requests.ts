import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import type { Metrics } from '../observe/metrics.ts'
import type { Traffic } from '../observe/traffic.ts'

export interface CountRequestsOptions {
  readonly metrics: Pick<Metrics, 'route'>
  readonly traffic: Pick<Traffic, 'count'>
}

/** Requests of the Console and of monitors say nothing about the app. */
const NOT_TRAFFIC = /^\/(?:console|health|metrics)(?:\/|$)/

/**
 * Counts what a server answers, by route and status. Called before the routes are made: each route gets a counter of its
 * own, because to ask for the route of a request costs as much as a read from the database.
 */
export function countRequests(app: FastifyInstance, { metrics, traffic }: CountRequestsOptions): void {
  const counting = (url: string, isTraffic: boolean): onResponseHookHandler => {
    const route = metrics.route(url)
    return (request, reply, done) => {
      route.count(request.method, reply.statusCode, reply.elapsedTime / 1000)
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
