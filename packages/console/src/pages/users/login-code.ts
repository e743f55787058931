import { connectCode } from '../overview/connect-code.ts'

/**
 * The code with which a Mini Program logs in to this server by the official SDK.
 *
 * @param origin of this server, such as http://127.0.0.1:8787
 */
export function loginCode(env: string, origin: string): string {
  return `${connectCode('mini-program', env, origin)}

await auth.signInAnonymously()
// or, as a WeChat user:  await auth.signInWithOpenId({ useWxCloud: false })
// or, with a login key:  await auth.signInWithCustomTicket(fetchTicket)`
}
