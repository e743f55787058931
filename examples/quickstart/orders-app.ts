/** The example Mini Program in the browser harness, beside the server. */
import { join } from 'node:path'
import { type MiniProgramServer, serveMiniProgram } from '@cloudstead/wx/harness'
import { freePort, type ServerProcess } from './server-process.ts'

/** The project that is opened; `examples/orders`. */
export const ORDERS_APP = join(import.meta.dirname, '../orders')

/** The user of the app's first link. The recipe's Alice and Bob are other people: they log in by ticket and by their own openids. */
export const APP_USERS = ['mia', 'tom'] as const

/**
 * Serves the orders app with its backend set to the server; an edit of its files shows in the browser at once.
 *
 * @param tell hears of every build after the first: how long it took, or what is wrong
 * @param wished the port, or the first free one after it; 0: any
 */
export async function serveOrdersApp(
  { url, env }: ServerProcess,
  wished: number,
  tell: (line: string) => void,
): Promise<MiniProgramServer> {
  let builds = 0
  return serveMiniProgram({
    project: ORDERS_APP,
    endpoint: url,
    env,
    user: APP_USERS[0],
    port: await freePort(wished),
    onBuild({ error, milliseconds }) {
      builds += 1
      if (error !== undefined) tell(`the orders app does not build:\n${error}`)
      else if (builds > 1) tell(`the orders app was built anew in ${milliseconds} ms`)
    },
  })
}
