/** The recipe with the real login: `cloudstead start`, which identifies users through WeChat. */
import { after, before, describe } from 'node:test'
import { openidOf, startFakeWechat } from './support/fake-wechat.ts'
import { combinationsOf, recipeJourney } from './support/recipe-journey.ts'
import { type LoginKey, type RunningServer, startServer } from './support/server.ts'

const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } }

describe('start, with WeChat jscode2session', () => {
  let wechat: Awaited<ReturnType<typeof startFakeWechat>>
  let server: RunningServer
  let key: LoginKey

  before(async () => {
    wechat = await startFakeWechat()
    // The appid of the phones that createPhone makes.
    const app = { appid: 'wxdev0000000000000', secret: 'the-secret', apiBase: wechat.apiBase }
    server = await startServer({ config: { ...CONFIG, auth: { wechat: app } } })
    key = await server.loginKey()
  })
  after(async () => {
    await server.stop()
    await wechat.close()
  })

  for (const combination of combinationsOf('2.27.2')) {
    recipeJourney(combination, { server: () => ({ server, key }), loginCode: (user) => user, openid: openidOf })
  }
})
