/** What every version of wx-server-sdk has to do, as administrator. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { describe, it } from 'node:test'
import { AWKWARD_NAMES } from './file-names.ts'
import type { Command, Database } from './sdk.ts'
import type { RunningServer } from './server.ts'
import { type EnvIn, serverSdk } from './server-sdk.ts'

interface Item {
  readonly fileID: string
  readonly status: number
  readonly errMsg: string
  readonly tempFileURL: string
}
interface Stats {
  readonly updated: number
  readonly removed: number
  readonly created: number
}
interface Query {
  where(query: object): Query
  orderBy(field: string, direction: 'asc' | 'desc'): Query
  skip(count: number): Query
  limit(count: number): Query
  field(projection: object): Query
  get(): Promise<{ data: Record<string, unknown>[] }>
  count(): Promise<{ total: number }>
  update(input: { data: object }): Promise<{ stats: Stats }>
  remove(): Promise<{ stats: Stats }>
}
interface Collection extends Query {
  add(input: { data: object }): Promise<{ _id: string }>
  doc(id: string): {
    get(): Promise<{ data: Record<string, unknown> }>
    set(input: { data: object }): Promise<{ _id: string; stats: Stats }>
    update(input: { data: object }): Promise<{ stats: Stats }>
    remove(): Promise<{ stats: Stats }>
  }
}
interface WxServerSdk extends Cloud {
  readonly DYNAMIC_CURRENT_ENV: symbol
  init(): void
  createNewInstance(options?: object): Cloud
}
interface Cloud {
  uploadFile(input: { cloudPath: string; fileContent: unknown }): Promise<{ fileID: string; errMsg: string }>
  getTempFileURL(input: { fileList: unknown[] }): Promise<{ fileList: Item[] }>
  downloadFile(input: { fileID: string }): Promise<{ fileContent: Buffer }>
  deleteFile(input: { fileList: string[] }): Promise<{ fileList: Item[] }>
  database(): Pick<Database, 'serverDate' | 'RegExp' | 'Geo'> & {
    readonly command: Command
    createCollection(name: string): Promise<unknown>
    collection(name: string): Collection
  }
}

/** How a version reports the errors of the server. */
interface WxErrors {
  readonly missingFile: object
  readonly duplicate: object
  readonly wrongKey: object
  readonly foreignEnv: object
  readonly badName: object
  readonly tooLarge: object
}

const MEGABYTE = 1024 * 1024
/** The code of the SDK for `STORAGE_FILE_NONEXIST`. */
const FILE_MISSING = -503003
/** The code of the SDK for `DATABASE_COLLECTION_NOT_EXIST`. */
const COLLECTION_MISSING = -502005

/** Registers the tests of a version; the server refuses files of more than 5 MB. */
export async function wxServerCases(server: RunningServer, packageName: string, errors: WxErrors): Promise<void> {
  const sdk = await serverSdk<WxServerSdk>(server, packageName)
  for (const env of ['named', 'current', 'absent'] as const) {
    describe(`${packageName}, the environment in init: ${env}`, () => {
      const cloud = instanceWith(sdk, server, env)
      storageCases(cloud, `${packageName}-${env}`, errors)
      databaseCases(cloud, `orders_${env}`, errors)
    })
  }
  describe(`${packageName}, refused`, () => {
    const anyFile = { fileList: [`cloud://${server.env}.x/a.txt`] }

    it('a wrong secretKey', async () => {
      const { TENCENTCLOUD_SECRETKEY: secretKey } = process.env
      process.env.TENCENTCLOUD_SECRETKEY = 'wrong'
      try {
        await assert.rejects(sdk.createNewInstance().deleteFile(anyFile), errors.wrongKey)
      } finally {
        process.env.TENCENTCLOUD_SECRETKEY = secretKey
      }
    })

    it('another environment', async () => {
      await assert.rejects(sdk.createNewInstance({ env: 'other-1abcde' }).deleteFile(anyFile), errors.foreignEnv)
    })
  })
}

/** An instance, because `init` has an effect once. */
function instanceWith(sdk: WxServerSdk, server: RunningServer, env: EnvIn): Cloud {
  if (env === 'current') return sdk.createNewInstance({ env: sdk.DYNAMIC_CURRENT_ENV })
  if (env === 'named') return sdk.createNewInstance({ env: server.env })
  sdk.init()
  return sdk
}

function storageCases(cloud: Cloud, root: string, errors: WxErrors): void {
  const upload = async (name: string, fileContent: unknown = Buffer.from(name)) =>
    (await cloud.uploadFile({ cloudPath: `${root}/${name}`, fileContent })).fileID

  it('uploadFile and downloadFile: unusual names, empty and 5 MB large, a stream, equal bytes', async () => {
    for (const name of AWKWARD_NAMES) {
      const bytes = randomBytes(100)
      const fileID = await upload(name, bytes)
      assert.ok(fileID.endsWith(`/${root}/${name}`), fileID)
      assert.deepEqual((await cloud.downloadFile({ fileID })).fileContent, bytes, name)
    }
    for (const bytes of [Buffer.alloc(0), randomBytes(5 * MEGABYTE)]) {
      const { fileContent } = await cloud.downloadFile({ fileID: await upload('size.bin', bytes) })
      assert.ok(bytes.equals(fileContent))
    }
    const fileID = await upload('stream.ts', createReadStream(import.meta.filename))
    assert.match(String((await cloud.downloadFile({ fileID })).fileContent), /What every version of wx-server-sdk/)
  })

  it('refused uploads throw', async () => {
    await assert.rejects(upload('//a.txt'), errors.badName)
    await assert.rejects(upload('large.bin', Buffer.alloc(5 * MEGABYTE + 1)), errors.tooLarge)
  })

  it('getTempFileURL, downloadFile, deleteFile: a status for each item', async () => {
    const fileID = await upload('图 1.txt')
    const missing = `${fileID}x`
    const { fileList } = await cloud.getTempFileURL({ fileList: [fileID, { fileID, maxAge: 60 }, missing] })
    assert.deepEqual(statuses(fileList), [
      [fileID, 0],
      [fileID, 0],
      [missing, FILE_MISSING],
    ])
    for (const { tempFileURL } of fileList.slice(0, 2)) {
      assert.equal(await (await fetch(tempFileURL)).text(), '图 1.txt')
    }
    await assert.rejects(cloud.downloadFile({ fileID: missing }), errors.missingFile)
    const { fileList: deleted } = await cloud.deleteFile({ fileList: [fileID, missing] })
    assert.deepEqual(statuses(deleted), [
      [fileID, 0],
      [missing, FILE_MISSING],
    ])
    await assert.rejects(cloud.downloadFile({ fileID }), errors.missingFile)
  })
}

function statuses(fileList: readonly Item[]): (readonly [string, number])[] {
  return fileList.map(({ fileID, status }) => [fileID, status] as const)
}

function databaseCases(cloud: Cloud, name: string, errors: WxErrors): void {
  it('database: documents of every kind of value, queries, changes', async () => {
    const db = cloud.database()
    const { command: _ } = db
    await db.createCollection(name)
    const orders = db.collection(name)
    const at = new Date(1_700_000_000_000)
    const text = "它's & \r\n"
    const { _id } = await orders.add({
      data: { n: 1, text, at, now: db.serverDate(), where: new db.Geo.Point(120, 30) },
    })
    const { data } = await orders.doc(_id).get()
    assert.deepEqual([data.n, data.text, data.at], [1, text, at])
    assert.ok(data.now instanceof Date)
    for (const n of [2, 3, 4]) await orders.add({ data: { n, text: `x${n}` } })
    const query = orders.where({ n: _.gte(2), text: db.RegExp({ regexp: '^X', options: 'i' }) })
    const page = await query.orderBy('n', 'desc').skip(1).limit(1).field({ n: true, _id: false }).get()
    assert.deepEqual(page.data, [{ n: 3 }])
    assert.equal((await orders.count()).total, 4)
    assert.equal((await query.count()).total, 3)
    assert.equal((await orders.doc(_id).update({ data: { n: _.inc(10), list: ['a'] } })).stats.updated, 1)
    assert.equal((await query.update({ data: { list: _.push(['b']) } })).stats.updated, 3)
    assert.equal((await orders.doc('set').set({ data: { n: 9 } })).stats.created, 1)
    assert.deepEqual((await orders.doc('set').get()).data, { _id: 'set', n: 9 })
    assert.equal((await orders.doc('set').remove()).stats.removed, 1)
    await assert.rejects(orders.doc('set').get(), { errMsg: /document with _id set does not exist/ })
    assert.equal((await orders.where({ n: _.gt(0) }).remove()).stats.removed, 4)
    await orders.add({ data: { _id: 'once' } })
    await assert.rejects(orders.add({ data: { _id: 'once' } }), errors.duplicate)
    await assert.rejects(db.collection('absent').get(), { errCode: COLLECTION_MISSING })
  })
}
