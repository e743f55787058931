/**
 * Where the program finds its backend. This is the one place to change.
 *
 * - Cloudstead on this machine: as it stands, with `npm start` or `npx cloudstead dev`.
 * - Cloudstead elsewhere: the `endpoint` of that server, `https://` for real phones.
 * - CloudBase: your environment's id, and `endpoint: undefined`.
 */
const defaults = {
  env: 'demo-1abcde',
  endpoint: 'http://127.0.0.1:8787' as string | undefined,
}

/**
 * How users log in. `openid` needs nothing of your own: `cloudstead dev` makes up a WeChat user for each login code, and
 * in production WeChat says who it is. With a server of your own that makes tickets:
 *
 *     export const login = { ticket: () => fetchTicket('https://your.server/ticket') }
 */
export const login = 'openid'

/** What the browser harness, or a third-party platform's ext.json, says instead. */
const extra: { env?: unknown; endpoint?: unknown } = wx.getExtConfigSync()

export const env = typeof extra.env === 'string' ? extra.env : defaults.env
export const endpoint = typeof extra.endpoint === 'string' ? extra.endpoint : defaults.endpoint
