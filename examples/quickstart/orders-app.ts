/** Serves the example Mini Program in the browser harness. */
import { join } from 'node:path'
import { type MiniProgramServer, serveMiniProgram } from '@cloudstead/wx/harness'
import { freePort, type ServerProcess } from './server-process.ts'

/** The project `examples/orders`. */
export const ORDERS_APP = join(import.meta.dirname, '../orders')

/** The users of the links to the app. Alice and Bob of the recipe are others: they log in with a ticket and their own openids. */
export const APP_USERS = ['mia', 'tom'] as const

/**
 * Serves the orders app with the server as its backend. Edits of its files are shown in the browser immediately.
 *
 * @param tell receives a line for every build after the first: how long it took, or its errors
 * @param preferredPort the port, or the first free one after it; 0: any
 */
export async function serveOrdersApp(
  { url, env }: ServerProcess,
  preferredPort: number,
  tell: (line: string) => void,
): Promise<MiniProgramServer> {
  let builds = 0
  return serveMiniProgram({
    project: ORDERS_APP,
    endpoint: url,
    env,
    user: APP_USERS[0],
    port: await freePort(preferredPort),
    onBuild({ error, milliseconds }) {
      builds += 1
      if (error !== undefined) tell(`the orders app cannot be built:\n${error}`)
      else if (builds > 1) tell(`the orders app was rebuilt in ${milliseconds} ms`)
    },
  })
}
