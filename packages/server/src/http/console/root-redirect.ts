import type { FastifyInstance } from 'fastify'

/** Redirects a browser that opens the root to the Console. Other clients get a 404, as for any unknown path. */
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
