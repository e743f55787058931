import { randomBytes } from 'node:crypto'
import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import { madeUpUser } from '../../auth/index.ts'
import { isLocal } from '../../auth/loopback.ts'
import type { CurrentSettings } from '../../settings.ts'
import { senderOf } from '../callers.ts'
import type { Params } from '../params.ts'

/** Of a session key of WeChat. */
const SESSION_KEY_BYTES = 16

export interface WechatRoutesOptions {
  readonly settings: CurrentSettings
}

/**
 * WeChat's `jscode2session` for functions in `dev`, where codes such as `dev:alice` are good: the openid is the one that the
 * login gives for the same code. Any appid and secret will do. Only for this machine, and not found where users are real.
 */
export async function wechatRoutes(app: FastifyInstance, { settings }: WechatRoutesOptions): Promise<void> {
  app.get('/sns/jscode2session', async (request, reply) => {
    if (!settings().auth.wechat.madeUpIdentities || !isLocal(senderOf(request.raw))) {
      throw new CloudsteadError('NOT_FOUND')
    }
    const { js_code: code } = request.query as Params
    const user = typeof code === 'string' ? madeUpUser(code) : undefined
    const answer =
      user === undefined
        ? { errcode: 40029, errmsg: `invalid code, rid: ${request.id}` }
        : { session_key: randomBytes(SESSION_KEY_BYTES).toString('base64'), openid: user.openid }
    // WeChat's JSON has this type.
    return reply.type('text/plain').header('cache-control', 'no-store').send(JSON.stringify(answer))
  })
}
