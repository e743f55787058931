/**
 * Fetches a login ticket: the cloud function `getLoginTicket` exchanges a new login code of WeChat for one.
 *
 * @param url the address of the function
 * @throws Error why there is none
 */
export async function fetchTicket(url: string): Promise<string> {
  // A code is good for one login.
  const { code } = await wx.login()
  const { statusCode, data } = await post(url, { code })
  const { ticket, message } = Object(data) as { ticket?: unknown; message?: unknown }
  if (typeof ticket === 'string') return ticket
  throw new Error(`${url}: ${typeof message === 'string' ? message : `status ${statusCode}`}`)
}

function post(url: string, data: object): Promise<WechatMiniprogram.RequestSuccessCallbackResult> {
  return new Promise((success, fail) => {
    wx.request({ url, method: 'POST', data, success, fail: ({ errMsg }) => fail(new Error(errMsg)) })
  })
}
