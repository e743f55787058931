/** node-sdk 2.11.0, which most templates of cloud functions use, as administrator. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { loginAnonymously, loginByOpenId, loginByTicket } from './support/clients.ts'
import { AWKWARD_NAMES, BAD_NAMES } from './support/file-names.ts'
import { phoneMaker } from './support/phones.ts'
import type { Database } from './support/sdk.ts'
import { serverForFile } from './support/server.ts'
import { type EnvIn, serverSdk } from './support/server-sdk.ts'
import { until } from './support/until.ts'

interface Item {
  readonly fileID: string
  readonly code: string
  readonly tempFileURL: string
}
interface UserInfo {
  readonly uid: string
  readonly openId: string
  readonly customUserId: string
  readonly isAnonymous: boolean
}
interface App {
  uploadFile(input: { cloudPath: string; fileContent: unknown }): Promise<{ fileID: string }>
  getUploadMetadata(input: { cloudPath: string }): Promise<{ data: { url: string; fileId: string } }>
  getTempFileURL(input: { fileList: unknown[] }): Promise<{ fileList: Item[] }>
  downloadFile(input: { fileID: string; tempFilePath?: string }): Promise<{ fileContent?: Buffer }>
  deleteFile(input: { fileList: string[] }): Promise<{ fileList: Item[] }>
  copyFile(input: { fileList: object[] }): Promise<{ fileList: Item[] }>
  database(): Database
  auth(): {
    createTicket(customUserId: string): string
    getEndUserInfo(uid: string): Promise<{ userInfo: UserInfo }>
    queryUserInfo(query: object): Promise<{ userInfo: UserInfo }>
  }
}
interface Sdk {
  readonly SYMBOL_CURRENT_ENV: symbol
  init(options: object): App
}

const MEGABYTE = 1024 * 1024
const newPhone = phoneMaker()
const server = await serverForFile({ mode: 'dev', config: { storage: { maxFileSize: '5MB' } } })
const key = await server.loginKey()
const sdk = await serverSdk<Sdk>(server, '@cloudbase/node-sdk-2')

function initWith(env: EnvIn): App {
  const credentials = { credentials: key }
  if (env === 'absent') return sdk.init(credentials)
  return sdk.init({ env: env === 'named' ? server.env : sdk.SYMBOL_CURRENT_ENV, ...credentials })
}

function codes(fileList: readonly Item[]): (readonly [string, string])[] {
  return fileList.map(({ fileID, code }) => [fileID, code] as const)
}

for (const env of ['named', 'current', 'absent'] as const) {
  describe(`node-sdk 2.11.0, the environment in init: ${env}`, () => {
    const root = `node-2-${env}`
    let app: App
    let folder: string
    before(async () => {
      app = initWith(env)
      folder = await mkdtemp(join(tmpdir(), 'cloudstead-node-sdk-2-'))
    })
    after(() => rm(folder, { recursive: true }))

    const upload = async (name: string, fileContent: unknown = Buffer.from(name)) =>
      (await app.uploadFile({ cloudPath: `${root}/${name}`, fileContent })).fileID

    it('uploadFile, its multipart form, and downloadFile: unusual names, empty and 5 MB large, equal bytes', async () => {
      for (const name of AWKWARD_NAMES) {
        const bytes = randomBytes(100)
        const fileID = await upload(name, bytes)
        assert.ok(fileID.endsWith(`/${root}/${name}`), fileID)
        assert.deepEqual((await app.downloadFile({ fileID })).fileContent, bytes, name)
      }
      for (const bytes of [Buffer.alloc(0), randomBytes(5 * MEGABYTE)]) {
        const { fileContent } = await app.downloadFile({ fileID: await upload('size.bin', bytes) })
        assert.ok(fileContent !== undefined && bytes.equals(fileContent))
      }
    })

    it('uploadFile takes a stream, downloadFile writes to a file', async () => {
      const [source, target] = [join(folder, 'in'), join(folder, 'out')]
      const bytes = randomBytes(MEGABYTE)
      await writeFile(source, bytes)
      await app.downloadFile({ fileID: await upload('stream.bin', createReadStream(source)), tempFilePath: target })
      const written = async () => (await stat(target).catch(() => ({ size: 0 }))).size
      await until('the download is complete', written, (size) => size === bytes.length, 10_000)
      assert.ok(bytes.equals(await readFile(target)))
    })

    it('refused uploads throw their code, also when the bytes are refused', async () => {
      for (const name of BAD_NAMES.filter((name) => name !== '')) {
        const cloudPath = name.replace('ROOT', root)
        await assert.rejects(app.uploadFile({ cloudPath, fileContent: Buffer.from('x') }), {
          code: 'INVALID_FILE_NAME',
        })
      }
      await assert.rejects(upload('large.bin', Buffer.alloc(5 * MEGABYTE + 1)), {
        code: 'STORAGE_REQUEST_FAIL',
        message: /\[EXCEED_UPLOAD_MAXFILESIZE\]/,
      })
    })

    it('getUploadMetadata: the complete reply', async () => {
      const { data } = await app.getUploadMetadata({ cloudPath: `${root}/meta.txt` })
      assert.equal((await fetch(data.url, { method: 'PUT', body: 'by hand' })).status, 200)
      assert.equal(String((await app.downloadFile({ fileID: data.fileId })).fileContent), 'by hand')
    })

    it('getTempFileURL, copyFile and deleteFile: a code for each item, the limits', async () => {
      const fileID = await upload('图 1.txt')
      const { fileList } = await app.getTempFileURL({ fileList: [fileID, { fileID, maxAge: 60 }, `${fileID}x`] })
      assert.deepEqual(codes(fileList), [
        [fileID, 'SUCCESS'],
        [fileID, 'SUCCESS'],
        [`${fileID}x`, 'STORAGE_FILE_NONEXIST'],
      ])
      for (const { tempFileURL } of fileList.slice(0, 2)) {
        assert.equal(await (await fetch(tempFileURL)).text(), '图 1.txt')
      }
      await assert.rejects(app.getTempFileURL({ fileList: [{ fileID, maxAge: 86_401 }] }), { code: 'INVALID_PARAM' })
      await assert.rejects(app.downloadFile({ fileID: `${fileID}x` }), { code: 'STORAGE_FILE_NONEXIST' })
      const move = { srcPath: `${root}/图 1.txt`, dstPath: `${root}/to/图 1.txt`, removeOriginal: true }
      const { fileList: copies } = await app.copyFile({ fileList: [move] })
      assert.equal(copies[0]?.code, 'SUCCESS')
      const moved = fileID.replace(`${root}/`, `${root}/to/`)
      await assert.rejects(app.deleteFile({ fileList: Array.from({ length: 51 }, () => moved) }), {
        code: 'INVALID_PARAM',
      })
      const { fileList: deleted } = await app.deleteFile({ fileList: [fileID, moved] })
      assert.deepEqual(codes(deleted), [
        [fileID, 'STORAGE_FILE_NONEXIST'],
        [moved, 'SUCCESS'],
      ])
    })

    it('database: documents of every kind of value, queries, changes', async () => {
      const name = `orders_${env}`
      const db = app.database()
      const { command: _ } = db
      await db.createCollection(name)
      const orders = db.collection(name)
      const at = new Date(1_700_000_000_000)
      const { id } = await orders.add({
        n: 1,
        text: "它's & \r\n",
        at,
        now: db.serverDate(),
        where: new db.Geo.Point(120, 30),
      })
      const { data } = await orders.doc(id).get()
      assert.deepEqual([data[0]?.n, data[0]?.text, data[0]?.at], [1, "它's & \r\n", at])
      assert.ok(data[0]?.now instanceof Date)
      for (const n of [2, 3, 4]) await orders.add({ n, text: `x${n}` })
      const query = orders.where({ n: _.gte(2), text: db.RegExp({ regexp: '^X', options: 'i' }) })
      const page = await query.orderBy('n', 'desc').skip(1).limit(1).field({ n: true, _id: false }).get()
      assert.deepEqual(page.data, [{ n: 3 }])
      assert.equal((await orders.count()).total, 4)
      assert.equal((await query.count()).total, 3)
      assert.equal((await orders.doc(id).update({ n: _.inc(10), list: ['a'] })).updated, 1)
      assert.equal((await query.update({ list: _.push(['b']) })).updated, 3)
      assert.equal((await orders.doc('set').set({ n: 9 })).upsertedId, 'set')
      assert.deepEqual((await orders.doc('set').get()).data, [{ _id: 'set', n: 9 }])
      assert.equal((await orders.doc('set').remove()).deleted, 1)
      assert.deepEqual((await orders.doc('set').get()).data, [])
      assert.equal((await orders.where({ n: _.gt(0) }).remove()).deleted, 4)
      await orders.add({ _id: 'once' })
      await assert.rejects(orders.add({ _id: 'once' }), { code: 'DATABASE_DUPLICATE_WRITE' })
      await assert.rejects(db.collection('absent').get(), { code: 'DATABASE_COLLECTION_NOT_EXIST' })
    })

    it('getEndUserInfo and queryUserInfo: WeChat, anonymous and custom users', async () => {
      const auth = app.auth()
      const { uid, openid = '' } = await loginByOpenId(newPhone(server, { loginCode: 'dev:old-sdk' }))
      assert.equal((await auth.getEndUserInfo(uid)).userInfo.openId, openid)
      const anonymous = await loginAnonymously(newPhone(server))
      assert.equal((await auth.getEndUserInfo(anonymous.uid)).userInfo.isAnonymous, true)
      await loginByTicket(newPhone(server), key, 'custom-1')
      assert.equal((await auth.getEndUserInfo('custom-1')).userInfo.customUserId, 'custom-1')
      const byOpenid = await auth.queryUserInfo({ platform: 'WECHAT-OPEN', platformId: openid })
      assert.equal(byOpenid.userInfo.uid, uid)
      await assert.rejects(auth.getEndUserInfo('nobody-here'), { code: 'NOT_FOUND' })
    })

    if (env !== 'absent') {
      it('createTicket: a phone logs in with it', async () => {
        const phone = newPhone(server)
        const ticket = app.auth().createTicket(`ticket-${env}`)
        const { error } = await phone.auth.signInWithCustomTicket(async () => ticket)
        assert.equal(error, null)
        assert.equal((await phone.auth.getLoginState())?.user.uid, `ticket-${env}`)
      })
    } else {
      it('createTicket needs the environment in init: the SDK refuses, without a request', () => {
        assert.throws(() => app.auth().createTicket('ticket'), { code: 'INVALID_PARAM', message: /no env in config/ })
      })
    }
  })
}

describe('node-sdk 2.11.0, refused', () => {
  const missing = { fileList: ['cloud://demo-1abcde.x/a.txt'] }

  it('a wrong secretKey or an unknown secretId is INVALID_CREDENTIALS, with and without an environment', async () => {
    for (const env of [{}, { env: server.env }]) {
      for (const wrong of [{ secretKey: 'wrong' }, { secretId: 'CS0000', secretKey: 'wrong' }]) {
        const secretId = process.env.TENCENTCLOUD_SECRETID
        const app = sdk.init({ ...env, secretId, ...wrong })
        await assert.rejects(app.deleteFile(missing), { code: 'INVALID_CREDENTIALS' })
      }
    }
  })

  it('another environment is INVALID_ENV', async () => {
    await assert.rejects(sdk.init({ env: 'other-1abcde' }).deleteFile(missing), { code: 'INVALID_ENV' })
  })
})
