/** The server SDKs inside functions: unmodified code that neither names the environment nor has a key. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loginByOpenId, type Phone } from './support/clients.ts'
import { createProject, functionServerForFile } from './support/functions.ts'
import { phoneMaker } from './support/phones.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { actAsAdmin, send } from './support/wire.ts'

/** Of the phones. */
const APPID = 'wxdev0000000000000'
const PUBLIC_URL = 'https://files.example.com'

/** A function that does one task for each kind of call, with an SDK that `init` has started in one way. */
function withNodeSdk(packageName: string, init: string): string {
  return `
    const tcb = require('${packageName}')
    const app = tcb.init(${init})
    const db = app.database()
    const tasks = {
      async documents() {
        const orders = db.collection('orders')
        const { id } = await orders.add({ n: 1, at: db.serverDate() })
        const { updated } = await orders.doc(id).update({ n: db.command.inc(1) })
        const { data: [{ n, at }] } = await orders.doc(id).get()
        return { updated, n, isDate: at instanceof Date }
      },
      async files({ cloudPath, text }) {
        const { fileID } = await app.uploadFile({ cloudPath, fileContent: Buffer.from(text) })
        const { fileList: [{ tempFileURL }] } = await app.getTempFileURL({ fileList: [fileID] })
        const { fileContent } = await app.downloadFile({ fileID })
        return { fileID, tempFileURL, text: fileContent.toString() }
      },
      async remove({ fileID }) {
        const { fileList: [{ code }] } = await app.deleteFile({ fileList: [fileID] })
        return code
      },
      async inner({ data }) {
        const { result, requestId } = await app.callFunction({ name: 'inner', data })
        return { result, requestId }
      },
      async user() {
        const { userInfo } = await app.auth().getEndUserInfo()
        return { user: app.auth().getUserInfo(), ip: app.auth().getClientIP(), end: userInfo.openId }
      },
      who() {
        const { uid, openId, customUserId } = app.auth().getUserInfo()
        return [uid, openId, customUserId]
      },
      context(_event, context) {
        const { environment, ...parsed } = tcb.parseContext(context)
        const { TCB_UUID, WX_OPENID, TCB_ENV } = tcb.getCloudbaseContext(context)
        return { parsed, ofContext: environment.TCB_UUID, variables: [TCB_UUID, WX_OPENID, TCB_ENV] }
      },
      ticket({ customUserId }) {
        return tcb.init({ env: tcb.SYMBOL_CURRENT_ENV, credentials: require('./tcb_custom_login.json') })
          .auth().createTicket(customUserId)
      },
    }
    exports.main = (event, context) => tasks[event.task](event, context)`
}

function withWxSdk(packageName: string, init: string): string {
  return `
    const cloud = require('${packageName}')
    cloud.init(${init})
    const db = cloud.database()
    const tasks = {
      async documents() {
        const orders = db.collection('orders')
        const { _id } = await orders.add({ data: { n: 1, at: db.serverDate() } })
        const { stats } = await orders.doc(_id).update({ data: { n: db.command.inc(1) } })
        const { data: { n, at } } = await orders.doc(_id).get()
        return { updated: stats.updated, n, isDate: at instanceof Date }
      },
      async files({ cloudPath, text }) {
        const { fileID } = await cloud.uploadFile({ cloudPath, fileContent: Buffer.from(text) })
        const { fileList: [{ tempFileURL }] } = await cloud.getTempFileURL({ fileList: [fileID] })
        const { fileContent } = await cloud.downloadFile({ fileID })
        return { fileID, tempFileURL, text: fileContent.toString() }
      },
      async remove({ fileID }) {
        const { fileList: [{ status }] } = await cloud.deleteFile({ fileList: [fileID] })
        return status === 0 ? 'SUCCESS' : status
      },
      async inner({ data }) {
        const { result, requestID } = await cloud.callFunction({ name: 'inner', data })
        return { result, requestId: requestID }
      },
      user() {
        return cloud.getWXContext()
      },
      who() {
        const { OPENID, APPID, UNIONID } = cloud.getWXContext()
        return [OPENID, APPID, UNIONID].filter((id) => id !== undefined)
      },
    }
    exports.main = (event, context) => tasks[event.task](event, context)`
}

interface Line {
  readonly sdk: string
  readonly kind: 'node' | 'wx'
  /** The name of its function. */
  readonly name: string
  readonly program: string
}

const LINES: readonly Line[] = [
  ['node-sdk 3.18.3', 'node', '@cloudbase/node-sdk'],
  ['node-sdk 2.11.0', 'node', '@cloudbase/node-sdk-2'],
  ['wx-server-sdk 4.0.2', 'wx', 'wx-server-sdk'],
  ['wx-server-sdk 2.6.3', 'wx', 'wx-server-sdk-2'],
].flatMap(([sdk = '', kind = '', packageName = '']) => {
  const symbol = kind === 'node' ? 'tcb.SYMBOL_CURRENT_ENV' : 'cloud.DYNAMIC_CURRENT_ENV'
  const programOf = kind === 'node' ? withNodeSdk : withWxSdk
  return [`{ env: ${symbol} }`, ''].map((init) => ({
    sdk: `${sdk}, init(${init})`,
    kind: kind as Line['kind'],
    name: `${packageName.replace('@cloudbase/', '')}-${init === '' ? 'absent' : 'current'}`,
    program: programOf(packageName, init),
  }))
})

const project = await createProject({
  ...Object.fromEntries(LINES.map(({ name, program }) => [name, program])),
  inner: `
    const tcb = require('@cloudbase/node-sdk')
    const app = tcb.init({ env: tcb.SYMBOL_CURRENT_ENV })
    exports.main = async (event, context) => ({
      event, user: app.auth().getUserInfo(), ip: app.auth().getClientIP(), requestId: context.request_id,
    })`,
  endless: `
    const tcb = require('@cloudbase/node-sdk-2')
    const app = tcb.init({ env: tcb.SYMBOL_CURRENT_ENV })
    exports.main = async ({ n = 0 }) => {
      console.log('call', n)
      return app.callFunction({ name: 'endless', data: { n: n + 1 } }, { timeout: 50000 })
    }`,
})
const config = {
  auth: { wechat: { appid: APPID } },
  storage: { acl: 'PRIVATE' },
  database: { collections: { orders: { acl: 'ADMINONLY' } } },
  functions: {
    // Functions may call what no client may.
    rules: { '*': { invoke: 'auth != null' }, inner: { invoke: false } },
    defaults: { timeout: 60 },
  },
}
const server = await functionServerForFile(project, { mode: 'dev', config })
const loginKey = await server.loginKey()
const { apiKey } = await server.apiKey()
const keyFiles = LINES.map(({ name }) => [`cloudfunctions/${name}/tcb_custom_login.json`, JSON.stringify(loginKey)])
await project.write(Object.fromEntries(keyFiles))
const newPhone = phoneMaker()

let phone: Phone
let uid: string
let openId: string
before(async () => {
  // A call that is eight calls takes long on a busy machine.
  phone = newPhone(server, { loginCode: 'dev:alice', init: { timeout: 60_000 } })
  const identity = await loginByOpenId(phone)
  uid = identity.uid
  openId = identity.openid ?? ''
})

for (const { sdk, kind, name } of LINES) {
  describe(sdk, () => {
    const run = async <Result>(task: string, data: object = {}) =>
      phone.app.callFunction<Result>({ name, data: { task, ...data } })

    it('database: as administrator', async () => {
      assert.deepEqual((await run('documents')).result, { updated: 1, n: 2, isDate: true })
    })

    it('files: upload, URL at the address of the client, download, removal', async () => {
      const cloudPath = `elsewhere/${name}/图 1.txt`
      const { result } = await run<{ fileID: string; tempFileURL: string; text: string }>('files', {
        cloudPath,
        text: '文',
      })
      assert.ok(result.fileID.endsWith(cloudPath), result.fileID)
      assert.ok(result.tempFileURL.startsWith(`${server.url}/o/`), result.tempFileURL)
      assert.deepEqual([result.text, (await send(result.tempFileURL)).text], ['文', '文'])
      assert.equal((await run('remove', { fileID: result.fileID })).result, 'SUCCESS')
      assert.equal((await send(result.tempFileURL)).status, 404)
    })

    it('callFunction: the inner function runs for the same user, whatever the rules say', async () => {
      type Inner = { result: { requestId: string }; requestId: string }
      const { result: outer, requestId } = await run<Inner>('inner', { data: { n: 1 } })
      assert.deepEqual(outer.result, {
        event: { n: 1, userInfo: { openId, appId: APPID } },
        user: { openId, appId: APPID, uid, customUserId: '', isAnonymous: false },
        ip: '127.0.0.1',
        requestId: outer.requestId,
      })
      assert.notEqual(outer.requestId, requestId)
    })

    it('without a user: a call by an administrator sees nobody, also after one by a user', async () => {
      await run('user')
      const params = { function_name: name, request_data: '{"task":"who"}' }
      const { data } = await actAsAdmin(server, apiKey, 'functions.invokeFunction', params)
      assert.deepEqual(JSON.parse(data.response_data), kind === 'wx' ? [] : ['', '', ''])
    })

    if (kind === 'wx') {
      it('getWXContext', async () => {
        const { result } = await run<Readonly<Record<string, string>>>('user')
        const { OPENID, APPID: appid, ENV, SOURCE } = result
        assert.deepEqual([OPENID, appid, ENV, SOURCE], [openId, APPID, server.env, 'wx_client'])
      })
      return
    }

    it('getUserInfo, getEndUserInfo, getClientIP', async () => {
      const user = { openId, appId: APPID, uid, customUserId: '', isAnonymous: false }
      assert.deepEqual((await run('user')).result, { user, ip: '127.0.0.1', end: openId })
    })

    it('parseContext and getCloudbaseContext of the context', async () => {
      const { result, requestId } = await run('context')
      const parsed = {
        memoryLimitInMb: 256,
        // Milliseconds, although the SDK names it otherwise.
        timeLimitIns: 60_000,
        requestId,
        functionVersion: '$LATEST',
        namespace: server.env,
        functionName: name,
      }
      assert.deepEqual(result, { parsed, ofContext: uid, variables: [uid, openId, server.env] })
    })

    it('createTicket with the key file in the folder of the function', async () => {
      const { result: ticket } = await run<string>('ticket', { customUserId: `of-${name}` })
      const other = newPhone(server)
      const { error } = await other.auth.signInWithCustomTicket(async () => ticket)
      assert.equal(error, null)
      assert.equal((await other.auth.getLoginState())?.user.uid, `of-${name}`)
    })
  })
}

it('a function that calls itself without end fails after eight calls, and the server goes on', async () => {
  const error = await phone.app.callFunction({ name: 'endless', data: {} }).then(
    () => assert.fail('it ended'),
    (thrown: unknown) => thrown as Error,
  )
  assert.match(error.message, /\[FUNCTIONS_EXECUTE_FAIL\]/)
  const calls = server.output() + server.log()
  assert.deepEqual([...new Set(calls.match(/call \d+/g))].length, 8)
  assert.equal((await send(`${server.url}/health`)).status, 200)
})

describe('with a public address that is not this machine', () => {
  let behind: RunningServer
  let user: Phone
  before(async () => {
    behind = await startServer({ config, args: ['--functions', project.root, '--public-url', PUBLIC_URL] })
    const host = /listening at http:\/\/([^" ]+)/.exec(behind.log())?.[1] ?? ''
    user = newPhone({ ...behind, host })
    const { error } = await user.auth.signInAnonymously({})
    assert.equal(error, null)
  })
  after(() => behind.stop())

  for (const { sdk, name } of LINES.filter(({ sdk }) => sdk.endsWith('init()'))) {
    it(`${sdk}: URLs begin with it, and the function itself needs no way to it`, async () => {
      const data = { task: 'files', cloudPath: `elsewhere/${name}.txt`, text: '文' }
      const { result } = await user.app.callFunction<{ tempFileURL: string; text: string }>({ name, data })
      assert.ok(result.tempFileURL.startsWith(`${PUBLIC_URL}/o/`), result.tempFileURL)
      assert.equal(result.text, '文')
    })
  }
})
