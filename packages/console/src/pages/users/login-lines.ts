import { appLines } from '../overview/app-lines.ts'

/**
 * The lines that log somebody in with the official SDK, on this server: those of a Mini Program, as on the overview.
 *
 * @param origin of this server, such as http://127.0.0.1:8787
 */
export function loginLines(env: string, origin: string): string {
  return `${appLines('mini-program', env, origin)}

await auth.signInAnonymously()
// or, as a WeChat user:  await auth.signInWithOpenId({ useWxCloud: false })
// or, with a login key:  await auth.signInWithCustomTicket(fetchTicket)`
}
