/**
 * The lines that log somebody in with the official SDK, for this server.
 *
 * @param origin of this server, such as http://127.0.0.1:8787
 */
export function loginLines(env: string, origin: string): string {
  const { protocol, host } = new URL(origin)
  const scheme = protocol.slice(0, -1)
  return `const app = cloudbase.init({ env: '${env}' })
app.registerEndPoint('//${host}/web', '${scheme}')
app.registerEndPointWithKey({ key: 'GATEWAY', url: '//${host}/v1', protocol: '${scheme}' })
const auth = app.auth({ persistence: 'local' })

await auth.signInAnonymously()
// or, in a Mini Program:  await auth.signInWithOpenId({ useWxCloud: false })
// or, with a login key:   await auth.signInWithCustomTicket(fetchTicket)`
}
