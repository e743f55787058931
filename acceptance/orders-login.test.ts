/** The cloud function with which the example Mini Program logs in, with the real exchange of codes against a fake of WeChat. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { copyFunctions, loginKeyFile, writeLoginKey } from '../examples/orders/tools/functions.ts'
import { createAdmin, createPhone } from './support/clients.ts'
import { type FakeWechat, openidOf, startFakeWechat } from './support/fake-wechat.ts'
import { type RunningServer, startServer } from './support/server.ts'

const APPID = 'wx0123456789abcdef'
const SECRET = 'secret-of-the-program'

interface Answer {
  readonly status: number
  readonly ticket?: string
  readonly error?: string
  readonly message?: string
}

describe('getLoginTicket of the example', () => {
  const functions = copyFunctions()
  let wechat: FakeWechat
  let server: RunningServer

  const ask = async (body: string): Promise<Answer> => {
    const response = await fetch(`${server.url}/fn/getLoginTicket`, { method: 'POST', body })
    return { status: response.status, ...((await response.json()) as object) }
  }

  before(async () => {
    writeFileSync(join(functions.directory, '../.env.local'), `WX_APPID=${APPID}\nWX_SECRET=${SECRET}\n`)
    wechat = await startFakeWechat()
    const config = { auth: { wechat: { appid: APPID, secret: SECRET, apiBase: wechat.apiBase } } }
    server = await startServer({ config, args: ['--functions', functions.directory] })
    writeLoginKey(functions.directory, await server.loginKey())
  })
  after(async () => {
    await server?.stop()
    await wechat?.close()
    functions.remove()
  })

  it('makes a ticket for the openid that WeChat names, with which the user logs in', async () => {
    const { ticket = '', status } = await ask('{ "code": "mia" }')
    assert.equal(status, 200)
    const [query] = wechat.asked
    assert.deepEqual(Object.fromEntries(query ?? []), {
      ...{ appid: APPID, secret: SECRET },
      ...{ js_code: 'mia', grant_type: 'authorization_code' },
    })
    const phone = createPhone(server)
    try {
      const { error } = await phone.auth.signInWithCustomTicket(async () => ticket)
      assert.ok(!error)
      const { fileID } = await phone.app.uploadFile({
        cloudPath: `users/${openidOf('mia')}/a.txt`,
        filePath: phone.device.files.add('a.txt', Buffer.from('a')),
      })
      assert.match(fileID, /^cloud:/)
    } finally {
      phone.dispose()
    }
  })

  it('answers callFunction with the ticket itself', async () => {
    const admin = createAdmin(server, await server.apiKey())
    const { result } = await admin.callFunction({ name: 'getLoginTicket', data: { code: 'tom' } })
    assert.match((result as Answer).ticket ?? '', /\/@@\//)
    const { result: refused } = await admin.callFunction({ name: 'getLoginTicket', data: {} })
    assert.equal((refused as Answer).error, 'BAD_REQUEST')
  })

  it('says what is wrong: with the request, with the code, with WeChat, and with its key', async () => {
    for (const body of ['', 'code=mia', '{}', 'null', '{ "code": 5 }']) {
      const { status, error } = await ask(body)
      assert.deepEqual([status, error], [400, 'BAD_REQUEST'], body)
    }
    const { answer } = wechat
    wechat.answer = () => ({ errcode: 40163, errmsg: 'code been used' })
    const refused = await ask('{ "code": "mia" }')
    assert.deepEqual([refused.status, refused.error], [401, 'WECHAT_REFUSED'])
    assert.match(refused.message ?? '', /40163 code been used.*wx\.login again/)
    wechat.answer = answer

    rmSync(loginKeyFile(functions.directory))
    const missing = await ask('{ "code": "mia" }')
    assert.deepEqual([missing.status, missing.error], [500, 'KEY_MISSING'])
    assert.match(missing.message ?? '', /cloudstead keys login/)

    await wechat.close()
    const silent = await ask('{ "code": "mia" }')
    assert.deepEqual([silent.status, silent.error], [502, 'WECHAT_UNREACHABLE'])
    wechat = await startFakeWechat()
  })
})
