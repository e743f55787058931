import { createHash } from 'node:crypto'
import { CloudsteadError } from '@cloudstead/protocol'
import type { AuthSettings } from '../settings.ts'
import type { AuthLog } from './auth-log.ts'
import { LoginError } from './login-error.ts'

/** The user who has logged in, according to WeChat. */
interface WechatIdentity {
  readonly appid: string
  readonly openid: string
  /** Of a made-up user: the name in the code, such as `mia` of `dev:mia`. */
  readonly name?: string
}

export interface Wechat {
  /**
   * Exchanges the code of `wx.login` for the openid.
   *
   * @param appid the Mini Program that the client claims to be; it must be the one of the settings
   * @throws CloudsteadError `AUTH_WX_OAUTH_FAILED`, `INVALID_PARAM`; LoginError `provider_not_enabled`
   */
  exchange(appid: string, code: string): Promise<WechatIdentity>
}

/** WeChat answers in about 100 ms; a client waits at most 15 s. */
const TIMEOUT_MS = 5000

/** Bytes of an answer. WeChat's have a few hundred. */
const MAX_ANSWER_BYTES = 16 * 1024

/** WeChat's codes have 32 characters. */
const MAX_CODE_LENGTH = 256

/** Enough for a message of WeChat with its trace id. */
const MAX_MESSAGE_LENGTH = 200

const APPID = /^[A-Za-z0-9_-]{1,64}$/
const OPENID = /^[A-Za-z0-9_-]{1,128}$/

/** `dev:` and a name: letters of any language, digits and `_.-`. */
const MADE_UP_CODE = /^dev:([\p{L}\p{N}_.-]{1,64})$/u

/** Advice for the errors that users meet, by WeChat's errcode. */
const ADVICE = new Map([
  [-1, 'WeChat is busy; try again'],
  [40013, 'auth.wechat.appid is wrong'],
  [40029, 'the code is not valid; a code of wx.login works for one appid, once, within five minutes'],
  [40125, 'auth.wechat.secret is wrong'],
  [40163, 'the code was used before; call wx.login for each login'],
  [40226, 'WeChat considers this user a risk'],
  [41002, 'auth.wechat.appid is missing'],
  [41004, 'auth.wechat.secret is missing'],
  [45011, 'too many logins of this user within a minute'],
])

export interface WechatOptions {
  /** Called for each login, because settings can change while the server runs. */
  readonly settings: () => AuthSettings['wechat']
  readonly log: AuthLog
  readonly timeoutMs?: number
}

export function createWechat({ settings, log, timeoutMs = TIMEOUT_MS }: WechatOptions): Wechat {
  async function exchange(appid: string, code: string): Promise<WechatIdentity> {
    const { appid: ownAppid, secret, apiBase, madeUpIdentities } = settings()
    if (!APPID.test(appid))
      throw new CloudsteadError('INVALID_PARAM', 'provider_id must be the appid of the Mini Program')
    if (ownAppid !== undefined && ownAppid !== appid) {
      throw new CloudsteadError(
        'INVALID_PARAM',
        `provider_id is ${appid}, but auth.wechat.appid of this environment is ${ownAppid}`,
      )
    }
    if (code === '' || code.length > MAX_CODE_LENGTH) {
      throw failed('provider_code must be the code from wx.login')
    }
    if (madeUpIdentities) {
      const user = madeUpUser(code)
      if (user === undefined) {
        throw failed('auth.wechat.secret is not set, so only codes such as dev:alice are accepted: `dev:` and a name')
      }
      return { appid, ...user }
    }
    if (code.startsWith('dev:')) {
      throw failed('codes such as dev:alice work only in `cloudstead dev` without auth.wechat.secret')
    }
    if (ownAppid === undefined || secret === undefined) {
      throw new LoginError(
        'provider_not_enabled',
        'WeChat login is not set up: auth.wechat.appid and auth.wechat.secret are missing in the configuration file',
      )
    }
    return { appid, openid: await ask(apiBase, appid, secret, code) }
  }

  async function ask(apiBase: string, appid: string, secret: string, code: string): Promise<string> {
    const query = new URLSearchParams({ appid, secret, js_code: code, grant_type: 'authorization_code' })
    let answer: Record<string, unknown>
    try {
      // The URL contains the secret: it is never logged, and redirects are not followed.
      const response = await fetch(`${apiBase}/sns/jscode2session?${query}`, {
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      })
      answer = objectOf(await boundedText(response))
    } catch (error) {
      const reason = isTimeout(error) ? `no answer within ${timeoutMs} ms` : reasonOf(error)
      log.warn({ apiBase, reason }, 'jscode2session did not answer')
      throw failed(`WeChat did not answer (${reason}); try again`)
    }
    const { openid, errcode, errmsg } = answer
    if (typeof openid === 'string' && OPENID.test(openid)) return openid
    const number = typeof errcode === 'number' ? errcode : Number.NaN
    // The message may repeat the query.
    const shown = typeof errmsg === 'string' ? errmsg.replaceAll(secret, '***').replaceAll(code, '***') : ''
    const text = shown.slice(0, MAX_MESSAGE_LENGTH)
    log.warn({ errcode: number, errmsg: text }, 'jscode2session refused a login code')
    if (Number.isNaN(number)) throw failed('the answer of jscode2session has no openid; check auth.wechat.apiBase')
    const advice = ADVICE.get(number)
    throw failed(`errcode ${number}${text === '' ? '' : `, ${text}`}${advice === undefined ? '' : `: ${advice}`}`)
  }

  return { exchange }
}

function failed(message: string): CloudsteadError {
  return new CloudsteadError('AUTH_WX_OAUTH_FAILED', `WeChat login failed: ${message}`)
}

/**
 * The user of a code such as `dev:alice`; undefined for any other code. The openid has 28 characters like a real one, is
 * always the same for a name, and recognisably made up.
 */
export function madeUpUser(code: string): { readonly openid: string; readonly name: string } | undefined {
  const name = MADE_UP_CODE.exec(code)?.[1]?.normalize('NFC')
  if (name === undefined) return undefined
  return { openid: `oDEV${createHash('sha256').update(name).digest('base64url').slice(0, 24)}`, name }
}

/** The body of an answer. The signal of the request ends a body that trickles. */
async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > MAX_ANSWER_BYTES) throw new AnswerTooLongError()
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

class AnswerTooLongError extends Error {
  override readonly name = 'AnswerTooLongError'
}

function objectOf(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

/** Why a request failed, without its URL. */
function reasonOf(error: unknown): string {
  if (error instanceof AnswerTooLongError) return `the answer has more than ${MAX_ANSWER_BYTES} bytes`
  if (error instanceof SyntaxError) return 'the answer is not JSON'
  if (!(error instanceof Error)) return 'unknown'
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code
  return typeof code === 'string' ? code : 'the connection failed'
}
