import type { FastifyInstance } from 'fastify'

export interface HandOver {
  readonly urls: readonly string[]
  /** Makes the app that answers there; called once, for the first request. */
  readonly open: () => Promise<FastifyInstance>
}

/**
 * Routes behind which another app answers, which is made when somebody first asks for something there: a server that
 * nobody looks at through the Console neither loads it nor keeps it in memory. Limits of connections and of time stay
 * those of this app.
 */
export async function handOver(app: FastifyInstance, { urls, open }: HandOver): Promise<void> {
  let opening: Promise<FastifyInstance> | undefined
  const opened = async () => {
    try {
      const other = await open()
      await other.ready()
      return other
    } catch (error) {
      // The next request tries again.
      opening = undefined
      throw error
    }
  }
  // Bodies are the other app's to read, whatever their Content-Type says or lacks.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    raw.headers['content-type'] = 'application/octet-stream'
    done()
  })
  app.addHook('onClose', async () => (await opening?.catch(() => undefined))?.close())
  for (const url of urls) {
    app.all(url, async (request, reply) => {
      opening ??= opened()
      const other = await opening
      reply.hijack()
      other.routing(request.raw, reply.raw)
    })
  }
}
