/**
 * The backend of the program. This is the only place to change.
 *
 * - Cloudstead on this machine: no change, with `npm start` or `npx cloudstead dev`.
 * - Cloudstead elsewhere: the `endpoint` of that server, `https://` for real phones.
 * - CloudBase: the id of your environment, and `endpoint: undefined`.
 */
const defaults = {
  env: 'demo-1abcde',
  endpoint: 'http://127.0.0.1:8787' as string | undefined,
}

/**
 * How users log in. `openid` needs no server of your own: `cloudstead dev` simulates a WeChat user for each login code; in
 * production WeChat identifies the user. If your own server issues tickets:
 *
 *     export const login = { ticket: () => fetchTicket('https://your.server/ticket') }
 */
export const login = 'openid'

/** Overridden by the browser harness, or by the ext.json of a third-party platform. */
const extra: { env?: unknown; endpoint?: unknown } = wx.getExtConfigSync()

export const env = typeof extra.env === 'string' ? extra.env : defaults.env
export const endpoint = typeof extra.endpoint === 'string' ? extra.endpoint : defaults.endpoint
