import type { FastifyInstance } from 'fastify'
import { leaveBodies } from './bodies.ts'

export interface LazyAppOptions {
  /** URL patterns of the routes that the other app answers. */
  readonly urls: readonly string[]
  /** Creates the other app. Called for the first request, and again only after a failure. */
  readonly open: () => Promise<FastifyInstance>
}

/**
 * Routes that another app answers. The other app is created on the first request: a server whose Console nobody opens does
 * not load the Console. Connection limits and timeouts are those of this app.
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
  // The other app reads the bodies.
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
