import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../observe/metrics.ts'
import type { Readiness } from '../observe/readiness.ts'

export interface OpsRoutesOptions {
  readonly env: string
  readonly version: string
  readonly metrics: Pick<Metrics, 'render'>
  readonly ready: () => Promise<Readiness>
}

/**
 * `/health`, `/ready` and `/metrics`, for monitoring and load balancers. They contain nothing about users or files.
 *
 * `/health` answers 200 while the process serves: restart it when it does not. `/ready` answers 503 while requests should
 * go to other servers.
 */
export async function opsRoutes(app: FastifyInstance, { env, version, metrics, ready }: OpsRoutesOptions) {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  app.route({
    method: ['GET', 'HEAD'],
    url: '/health',
    handler: async () => ({ status: 'ok', env, version }),
  })
  app.route({
    method: ['GET', 'HEAD'],
    url: '/ready',
    handler: async (_request, reply) => {
      const { isReady, status, problems } = await ready()
      return reply.code(isReady ? 200 : 503).send({ status, problems, env, version })
    },
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.render()),
  )
}
