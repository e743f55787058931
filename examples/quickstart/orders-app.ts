/** The example Mini Program in the browser harness, beside the server. */
import { join } from 'node:path'
import { type MiniProgramServer, serveMiniProgram } from '@cloudstead/wx/harness'
import { freePort, type ServerProcess } from './server-process.ts'

/** The project that is opened; `examples/orders`. */
export const ORDERS_APP = join(import.meta.dirname, '../orders')

/**
 * Serves the orders app with its backend set to the server; an edit of its files shows in the browser at once.
 *
 * @param wished the port, or the first free one after it; 0: any
 */
export async function serveOrdersApp({ url, env }: ServerProcess, wished: number): Promise<MiniProgramServer> {
  return serveMiniProgram({ project: ORDERS_APP, endpoint: url, env, user: 'alice', port: await freePort(wished) })
}
