import type { FastifyInstance } from 'fastify'

/** Leads a browser that comes to the root to the Console. Whoever is no browser gets what leads nowhere gets everywhere. */
export async function wayToConsole(app: FastifyInstance): Promise<void> {
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
