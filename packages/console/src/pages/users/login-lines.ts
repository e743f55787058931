import { appLines } from '../overview/app-lines.ts'

/**
 * The lines that log somebody in with the official SDK, on this server.
 *
 * @param origin of this server, such as http://127.0.0.1:8787
 */
export function loginLines(env: string, origin: string): string {
  return `${appLines('web', env, origin)}

await auth.signInAnonymously()
// or, in a Mini Program:  await auth.signInWithOpenId({ useWxCloud: false })
// or, with a login key:   await auth.signInWithCustomTicket(fetchTicket)`
}
