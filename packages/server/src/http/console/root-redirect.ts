import type { FastifyInstance } from 'fastify'

/** Redirects a browser that opens the root to the Console. Any other client gets what it gets for every unknown path. */
export async function rootRedirect(app: FastifyInstance): Promise<void> {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/',
    handler: async (request, reply) => {
      reply.header('vary', 'accept')
      if (!/\btext\/html\b/.test(request.headers.accept ?? '')) return reply.callNotFound()
      return reply.header('cache-control', 'no-store').redirect('/console/', 302)
    },
  })
}
