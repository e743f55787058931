import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../observe/metrics.ts'

export interface OpsRoutesOptions {
  readonly env: string
  readonly version: string
  readonly metrics: Pick<Metrics, 'render'>
  readonly healthy: () => Promise<boolean>
}

/** `/health` and `/metrics`, for monitoring. They contain nothing about users or files. */
export async function opsRoutes(app: FastifyInstance, { env, version, metrics, healthy }: OpsRoutesOptions) {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/health',
    handler: async (_request, reply) => {
      const well = await healthy().catch(() => false)
      return reply
        .code(well ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ status: well ? 'ok' : 'failing', env, version })
    },
  })
  app.get('/metrics', async (_request, reply) =>
    reply.header('cache-control', 'no-store').type('text/plain; version=0.0.4; charset=utf-8').send(metrics.render()),
  )
}
