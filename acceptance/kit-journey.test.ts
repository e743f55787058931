/** The recipe from login to picture with the kit: every SDK, adapter arrangement and login, with a real server. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Arrangement, createTicket } from './support/clients.ts'
import { type KitPhone, kitForFile, pick } from './support/kit.ts'
import { png, THREE_PICTURES } from './support/pictures.ts'
import type { SdkLine } from './support/sdk.ts'
import { serverForFile } from './support/server.ts'

const server = await serverForFile({
  mode: 'dev',
  config: { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } },
})
const key = await server.loginKey()
const { phone } = await kitForFile()

/** R3: nine pictures with Chinese names. */
const NINE = [...'一二三四五六七八九'].map((number, index) => ({
  name: `照片 ${number}（${THREE_PICTURES[index % 3]?.name}）.png`,
  bytes: png(20 + index, 10, index),
}))

const FILE_ID = /^cloud:\/\/demo-1abcde\.6465-demo-1abcde-\d+\/(users\/([^/]+)\/orders\/(.+)\/\d{13}_[0-9a-f]{8}\.png)$/

for (const sdk of ['2.27.2', '3.7.0'] as const) {
  for (const arrangement of ['built-in', 'separate'] as const) {
    for (const login of ['ticket', 'openid', 'anonymous'] as const) journey(sdk, arrangement, login)
  }
}

function journey(sdk: SdkLine, arrangement: Arrangement, method: 'ticket' | 'openid' | 'anonymous'): void {
  describe(`js-sdk ${sdk}, ${arrangement} adapter, ${method}`, () => {
    const name = `kit-${sdk[0]}-${arrangement}-${method}`
    const login = method === 'ticket' ? { ticket: async () => createTicket(key, name.slice(0, 32)) } : method
    const alice = phone(server, { sdk, arrangement, login, wx: { loginCode: `dev:${name}` } })
    const bob = phone(server, { sdk, arrangement, login: 'anonymous' })
    let fileIDs: string[] = []
    let orderId: string

    it('R1: logs in once for concurrent calls, and returns the user', async () => {
      const users = await Promise.all([alice.cloud.ensureLogin(), alice.cloud.ensureLogin(), alice.cloud.ensureLogin()])
      const [user] = users
      assert.ok(user.ok)
      assert.deepEqual(users, [user, user, user])
      assert.ok(alice.cloud.auth.hasLoginState())
      if (method === 'ticket') assert.deepEqual([user.id, user.customUserId], [name.slice(0, 32), name.slice(0, 32)])
      if (method === 'openid') assert.deepEqual([user.id, /^oDEV/.test(user.openid ?? '')], [user.openid, true])
      if (method === 'anonymous') assert.deepEqual({ ...user }, { ok: true, uid: user.uid, id: user.uid })
    })

    it('R3 to R6, R20: nine files with Chinese names, picked and uploaded in order', async () => {
      const { id } = await alice.cloud.db.collection('orders').add({ images: [], title: '九张照片' })
      orderId = id
      const files = await pick(alice, NINE)
      const results = await alice.cloud.uploadAll(files, { orderId, concurrency: 4 }).done
      const user = await alice.cloud.ensureLogin()
      fileIDs = results.map((result, index) => {
        assert.ok(result.ok, JSON.stringify(result))
        assert.equal(result.size, NINE[index]?.bytes.length)
        const [, cloudPath, owner, order] = FILE_ID.exec(result.fileID) ?? []
        assert.deepEqual([cloudPath, owner, order], [result.cloudPath, user.ok && user.id, orderId])
        return result.fileID
      })
      assert.equal(new Set(fileIDs).size, 9)
    })

    it('R8 R9: the order stores the fileIDs and the server time', async () => {
      assert.deepEqual(await alice.cloud.saveFileIDs('orders', orderId, 'images', fileIDs), { ok: true })
      const { data } = await alice.cloud.db.collection('orders').doc(orderId).get()
      assert.deepEqual(data[0]?.images, fileIDs)
      assert.ok(data[0]?.updatedAt instanceof Date)
    })

    it('R10 R23: the fileIDs become URLs of the pictures, in order', async () => {
      const images = await alice.cloud.resolveImages(fileIDs)
      for (const [index, image] of images.entries()) {
        assert.equal(image.fileID, fileIDs[index])
        assert.equal(image.error, undefined)
        assert.deepEqual([image.maxAge, image.expiresAt > Date.now() + 7_100_000], [7200, true])
        const response = await fetch(image.url)
        assert.ok(NINE[index]?.bytes.equals(Buffer.from(await response.arrayBuffer())))
      }
    })

    it('R14: another user gets an error for each, and not the order', async () => {
      const images = await bob.cloud.resolveImages(fileIDs)
      assert.deepEqual(
        images.map(({ fileID, error }) => [fileID, error?.code]),
        fileIDs.map((fileID) => [fileID, 'STORAGE_EXCEED_AUTHORITY']),
      )
      const saved = await bob.cloud.saveFileIDs('orders', orderId, 'images', [])
      assert.equal(!saved.ok && saved.error.code, 'DOCUMENT_NOT_FOUND')
    })

    it('R1: the login outlives the program: a new start does not log in again', async () => {
      const user = await alice.cloud.ensureLogin()
      const again = relaunch(alice, { sdk, arrangement, login })
      assert.deepEqual(await again.cloud.ensureLogin(), user)
      assert.equal((await again.cloud.resolveImages(fileIDs.slice(0, 1)))[0]?.error, undefined)
    })
  })
}

/** Starts the program again on the same phone, with a login that would fail. */
function relaunch({ device }: KitPhone, options: { sdk: SdkLine; arrangement: Arrangement; login: unknown }): KitPhone {
  const fail = () => {
    throw new Error('unexpected login')
  }
  const login = typeof options.login === 'object' ? { ticket: async () => fail() } : options.login
  return phone(server, {
    ...options,
    login: login as 'openid',
    wx: { storage: device.storageSnapshot(), loginCode: fail },
  })
}
