import { connectCode } from '@cloudstead/admin-api'

/**
 * The code with which an app logs in to this server by the official SDK.
 *
 * @param origin of this server, such as http://127.0.0.1:8787
 */
export function loginCode(env: string, origin: string): string {
  return `${connectCode('js-sdk-3', env, origin)}
const auth = app.auth()

await auth.signInAnonymously()
// or, as a WeChat user:  await auth.signInWithOpenId({ useWxCloud: false })
// or, with a login key:  await auth.signInWithCustomTicket(fetchTicket)`
}
