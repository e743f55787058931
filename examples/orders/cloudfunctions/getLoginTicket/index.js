/**
 * Logs a user of the Mini Program in: exchanges the code of `wx.login` for the openid of the user, and creates a login ticket for it.
 *
 * By HTTP: `POST /getLoginTicket` with `{ "code": "..." }`. Through the SDK: `callFunction({ name: 'getLoginTicket', data: { code } })`.
 * The answer is `{ ticket }`, or `{ error, message }` if there is none.
 */
const https = require('node:https')
const tcb = require('@cloudbase/node-sdk')

/** Milliseconds; less than the time limit of the function. */
const WECHAT_TIMEOUT = 3000

/** Why there is no ticket: an HTTP status, a name for programs, a text for people. */
class NoTicket extends Error {
  constructor(status, name, message) {
    super(message)
    this.status = status
    this.name = name
  }
}

exports.main = async (event) => {
  const isHttp = typeof event.httpMethod === 'string'
  try {
    const { code } = isHttp ? bodyOf(event) : event
    const openid = await openidOf(code)
    const ticket = createTicket(openid)
    console.log(`a ticket for ${openid}`)
    return isHttp ? answer(200, { ticket }) : { ticket }
  } catch (error) {
    if (!(error instanceof NoTicket)) throw error
    console.error(`${error.name}: ${error.message}`)
    const failure = { error: error.name, message: error.message }
    return isHttp ? answer(error.status, failure) : failure
  }
}

/** HTTP access passes the body on as text. */
function bodyOf({ body, isBase64Encoded }) {
  try {
    const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body
    return Object(JSON.parse(text))
  } catch {
    throw new NoTicket(400, 'BAD_REQUEST', 'send JSON with POST: { "code": "the code of wx.login" }')
  }
}

function answer(statusCode, value) {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

/** The openid of the user whose `wx.login` gave the code. A code is good for one exchange and for five minutes. */
async function openidOf(code) {
  if (typeof code !== 'string' || code === '') {
    throw new NoTicket(400, 'BAD_REQUEST', 'code is missing: pass on the code of wx.login')
  }
  const { WX_APPID: appid, WX_SECRET: secret } = process.env
  if (!appid || !secret) {
    throw new NoTicket(500, 'NOT_CONFIGURED', 'WX_APPID and WX_SECRET are not set: write them into .env.local')
  }
  const query = new URLSearchParams({ appid, secret, js_code: code, grant_type: 'authorization_code' })
  const { openid, errcode, errmsg } = await getJson(`https://api.weixin.qq.com/sns/jscode2session?${query}`)
  if (openid) return openid
  throw new NoTicket(
    401,
    'WECHAT_REFUSED',
    `WeChat refused the code: ${errcode} ${errmsg}. ${HINTS[errcode] || ''}`.trim(),
  )
}

/** What to do about the codes of jscode2session. */
const HINTS = {
  40013: 'WX_APPID is not the AppID of a Mini Program.',
  40029: 'Call wx.login again for each login, with the same AppID as WX_APPID.',
  40125: 'WX_SECRET is not the AppSecret of WX_APPID.',
  40163: 'The code has been used: call wx.login again for each login.',
}

function getJson(url) {
  return new Promise((resolve, reject) => {
    const failed = (why) => reject(new NoTicket(502, 'WECHAT_UNREACHABLE', `WeChat did not answer: ${why}`))
    const request = https.get(url, { timeout: WECHAT_TIMEOUT }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => {
        text += part
      })
      response.on('error', (error) => failed(error.message))
      response.on('end', () => {
        try {
          resolve(Object(JSON.parse(text)))
        } catch {
          failed(`status ${response.statusCode} without JSON`)
        }
      })
    })
    request.on('timeout', () => request.destroy(new Error(`nothing within ${WECHAT_TIMEOUT} ms`)))
    request.on('error', (error) => failed(error.message))
  })
}

function createTicket(openid) {
  const app = tcb.init({ env: tcb.SYMBOL_CURRENT_ENV, credentials: loginKey() })
  return app.auth().createTicket(openid)
}

function loginKey() {
  try {
    return require('./tcb_custom_login.json')
  } catch (error) {
    const [why] = error.message.split('\n')
    throw new NoTicket(500, 'KEY_MISSING', `there is no login key (${why}); make one with: cloudstead keys login`)
  }
}
