/** The recipe of a WeChat login with tickets, with an unmodified function that makes them of the codes of `wx.login`. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Phone } from './support/clients.ts'
import { startFakeWechat } from './support/fake-wechat.ts'
import { createProject, startFunctionServer } from './support/functions.ts'
import { phoneMaker } from './support/phones.ts'
import { ENV, type RunningServer, type ServerOptions, startServer } from './support/server.ts'
import { send } from './support/wire.ts'

/** Its code knows neither the server nor where WeChat is. */
const GET_LOGIN_TICKET = `
const https = require('https')
const cloudbase = require('@cloudbase/node-sdk')

const WX_APPID = process.env.WX_APPID
const WX_SECRET = process.env.WX_SECRET

const app = cloudbase.init({
  env: '${ENV}',
  credentials: require('./tcb_custom_login.json'),
})

function code2Session(code) {
  const query = new URLSearchParams({
    appid: WX_APPID, secret: WX_SECRET, js_code: code, grant_type: 'authorization_code',
  })
  return new Promise((resolve, reject) => {
    https.get('https://api.weixin.qq.com/sns/jscode2session?' + query, (res) => {
      let text = ''
      res.on('data', (chunk) => { text += chunk })
      res.on('end', () => resolve(JSON.parse(text)))
    }).on('error', reject)
  })
}

exports.main = async (event) => {
  // With HTTP access, the data is in the body.
  const { code } = typeof event.body === 'string' ? JSON.parse(event.body) : event
  if (!code) return { code: 'NO_CODE', message: 'a code of wx.login is missing' }
  const { openid, errcode, errmsg } = await code2Session(code)
  if (!openid) return { code: 'WX_' + errcode, message: errmsg }
  return { ticket: app.auth().createTicket(openid, { refresh: 3600 * 1000 }), openid }
}
`

const FILES = {
  'cloudbaserc.json': JSON.stringify({
    version: '2.0',
    envId: '{{env.ENV_ID}}',
    functionRoot: 'cloudfunctions',
    functions: [
      {
        name: 'getLoginTicket',
        timeout: 10,
        runtime: 'Nodejs18.15',
        envVariables: { WX_APPID: '{{env.WX_APPID}}', WX_SECRET: '{{env.WX_SECRET}}' },
      },
    ],
    gateway: { routes: [{ path: '/getLoginTicket', target: 'function:getLoginTicket' }] },
  }),
  '.env': `ENV_ID=${ENV}\nWX_APPID=wx0123456789abcdef\n`,
  '.env.local': 'WX_SECRET=secret-of-the-app\n',
}

/** A person may only write to the own folder. */
const CONFIG = {
  storage: {
    acl: { read: 'resource.openid == auth.openid', write: 'auth != null && resource.openid == auth.openid' },
  },
}

const newPhone = phoneMaker()
/** Of the code `dev:alice`. */
let aliceInDev: string
let wechat: Awaited<ReturnType<typeof startFakeWechat>>
before(async () => {
  wechat = await startFakeWechat()
})
after(() => wechat.close())

interface Ticket {
  readonly ticket?: string
  readonly openid?: string
  readonly code?: string
}

/** What a Mini Program asks the function by HTTP. */
function ticketByHttp({ device: { wx } }: Phone, server: RunningServer): Promise<Ticket> {
  return new Promise((resolve, reject) => {
    wx.login({
      success: ({ code }: { code: string }) =>
        wx.request({
          url: `${server.url}/fn/getLoginTicket`,
          method: 'POST',
          data: { code },
          success: ({ data }: { data: unknown }) => resolve(data as Ticket),
          fail: reject,
        }),
      fail: reject,
    })
  })
}

async function logInWith(phone: Phone, { ticket = '' }: Ticket): Promise<string | undefined> {
  const { error } = await phone.auth.signInWithCustomTicket(async () => ticket)
  assert.equal(error, null)
  assert.ok(phone.auth.hasLoginState())
  return (await phone.auth.getLoginState())?.user.uid
}

async function uploads(phone: Phone, cloudPath: string): Promise<string> {
  const filePath = phone.device.files.add('a.txt', Buffer.from('picture'))
  const { fileID } = await phone.app.uploadFile({ cloudPath, filePath })
  const { fileList } = await phone.app.getTempFileURL({ fileList: [fileID] })
  return (await send(fileList[0]?.tempFileURL ?? '')).text
}

/** @param codeOf the code of `wx.login` of a person */
function loginCases(optionsOf: () => ServerOptions, codeOf: (person: string) => string): void {
  let server: RunningServer
  before(async () => {
    const project = await createProject({ getLoginTicket: GET_LOGIN_TICKET }, FILES)
    server = await startFunctionServer(project, optionsOf())
    const loginKey = JSON.stringify(await server.loginKey())
    await project.write({ 'cloudfunctions/getLoginTicket/tcb_custom_login.json': loginKey })
  })
  after(() => server.stop())

  it('a phone without a login gets a ticket by HTTP, logs in, and uploads to its folder', async () => {
    const phone = newPhone(server, { loginCode: codeOf('alice') })
    const answer = await ticketByHttp(phone, server)
    const uid = await logInWith(phone, answer)
    assert.equal(uid, answer.openid)
    aliceInDev ??= answer.openid ?? ''
    assert.equal(await uploads(phone, `users/${uid}/a.txt`), 'picture')
    await assert.rejects(uploads(phone, 'users/somebody/a.txt'), /STORAGE_EXCEED_AUTHORITY/)
  })

  it('the same person is the same user on another phone, and another one is not', async () => {
    const [again, bob] = [
      newPhone(server, { loginCode: codeOf('alice') }),
      newPhone(server, { loginCode: codeOf('bob') }),
    ]
    const alice = await logInWith(again, await ticketByHttp(again, server))
    const other = await logInWith(bob, await ticketByHttp(bob, server))
    assert.notEqual(alice, other)
    await assert.rejects(uploads(bob, `users/${alice}/a.txt`), /STORAGE_EXCEED_AUTHORITY/)
    assert.equal(await uploads(again, `users/${alice}/b.txt`), 'picture')
  })

  it('the other way: callFunction of an anonymous user, whose login the ticket then replaces', async () => {
    const phone = newPhone(server)
    assert.equal((await phone.auth.signInAnonymously({})).error, null)
    const data = { code: codeOf('carol') }
    const { result } = await phone.app.callFunction<Ticket>({ name: 'getLoginTicket', data })
    assert.equal(await logInWith(phone, result), result.openid)
  })
}

describe('in dev, with made-up users', () => {
  loginCases(
    () => ({ mode: 'dev', config: CONFIG }),
    (person) => `dev:${person}`,
  )

  it('a code that WeChat does not know has no ticket', async () => {
    const project = await createProject({ getLoginTicket: GET_LOGIN_TICKET.replace(/ {2}credentials.*\n/, '') }, FILES)
    const server = await startFunctionServer(project, { mode: 'dev' })
    try {
      const answer = await ticketByHttp(newPhone(server, { loginCode: 'unknown' }), server)
      assert.deepEqual(Object.keys(answer), ['code', 'message'])
      assert.equal(answer.code, 'WX_40029')
    } finally {
      await server.stop()
    }
  })

  it('the openid is that of the built-in login with the same code', async () => {
    const server = await startServer({ mode: 'dev', config: CONFIG })
    try {
      const phone = newPhone(server, { loginCode: 'dev:alice' })
      assert.equal((await phone.auth.signInWithOpenId({ useWxCloud: false })).error, null)
      const openids = (await phone.auth.getLoginState())?.user.providers?.map((one) => one.provider_user_id)
      assert.deepEqual(openids, [aliceInDev])
    } finally {
      await server.stop()
    }
  })
})

describe('with a WeChat elsewhere', () => {
  loginCases(
    () => ({ config: { ...CONFIG, auth: { wechat: { apiBase: wechat.apiBase } } } }),
    (person) => person,
  )

  it('WeChat is asked by the function, with its appid and secret', async () => {
    assert.deepEqual(
      wechat.asked.map((query) => Object.fromEntries(query)),
      ['alice', 'alice', 'bob', 'carol'].map((code) => ({
        appid: 'wx0123456789abcdef',
        secret: 'secret-of-the-app',
        js_code: code,
        grant_type: 'authorization_code',
      })),
    )
  })
})
