import { fetchTicket } from './services/ticket'

/**
 * The backend of the program. This is the only place to change.
 *
 * - Cloudstead on this machine: no change, with `npm start` or `npx cloudstead dev`.
 * - Cloudstead elsewhere: the `endpoint` of that server, `https://` for real phones.
 * - CloudBase: the id of your environment, `endpoint: undefined`, and its address of HTTP access.
 */
const defaults = {
  env: 'demo-1abcde',
  endpoint: 'http://127.0.0.1:8787' as string | undefined,
  httpAccess: 'https://demo-1abcde.service.tcloudbase.com',
}

/** Overridden by the browser harness, or by the ext.json of a third-party platform. */
const extra: { env?: unknown; endpoint?: unknown } = wx.getExtConfigSync()

export const env = typeof extra.env === 'string' ? extra.env : defaults.env
export const endpoint = typeof extra.endpoint === 'string' ? extra.endpoint : defaults.endpoint

/** Where cloud functions are called by HTTP. */
const functions = endpoint === undefined ? defaults.httpAccess : `${endpoint}/fn`

/**
 * How users log in: with a ticket from the cloud function `cloudfunctions/getLoginTicket`, which asks WeChat who the user is.
 * Cloudstead has the same login without a function:
 *
 *     export const login = 'openid'
 */
export const login = { ticket: () => fetchTicket(`${functions}/getLoginTicket`) }
