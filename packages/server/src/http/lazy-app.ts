import type { FastifyInstance } from 'fastify'
import { leaveBodies } from './bodies.ts'

export interface LazyAppOptions {
  readonly urls: readonly string[]
  /** Makes the app that answers there; called once, for the first request. */
  readonly open: () => Promise<FastifyInstance>
}

/**
 * Routes behind which another app answers, which is made when somebody first asks for something there: a server that
 * nobody looks at through the Console neither loads it nor keeps it in memory. Limits of connections and of time stay
 * those of this app.
 */
export async function lazyApp(app: FastifyInstance, { urls, open }: LazyAppOptions): Promise<void> {
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
  // Bodies are the other app's to read.
  leaveBodies(app)
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
