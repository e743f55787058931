/** The tests of the recipe from login to rendered picture, row by row, for one user with one client. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Arrangement, createPhone, type Identity, loginByOpenId, loginByTicket, type Phone } from './clients.ts'
import { THREE_PICTURES } from './pictures.ts'
import { cloudPathFor, pickMedia, resolveImages, uploadAll, uploadOne } from './recipe-app.ts'
import type { SdkLine } from './sdk.ts'
import type { LoginKey, RunningServer } from './server.ts'

export interface Combination {
  readonly sdk: SdkLine
  readonly arrangement: Arrangement
  readonly method: 'put' | 'post'
  readonly login: 'custom ticket' | 'OpenID'
}

/** Both adapter arrangements x both upload methods x both logins. */
export function combinationsOf(sdk: SdkLine): readonly Combination[] {
  return (['built-in', 'separate'] as const).flatMap((arrangement) =>
    (['put', 'post'] as const).flatMap((method) =>
      (['custom ticket', 'OpenID'] as const).map((login) => ({ sdk, arrangement, method, login })),
    ),
  )
}

export interface JourneyPlace {
  /** Called when the tests run; returns a server whose storage and collection `orders` are PRIVATE. */
  readonly server: () => { readonly server: RunningServer; readonly key: LoginKey }
  /** The code of `wx.login` on the phone of this user. */
  readonly loginCode: (user: string) => string
  /** The expected openid of the WeChat login of this user. */
  readonly openid: (user: string) => string | RegExp
}

const FILE_ID = /^cloud:\/\/demo-1abcde\.6465-demo-1abcde-\d+\/(users\/([^/]+)\/(\d{13})_([0-9a-f]{8})\.(\w+))$/

/** Registers the tests of one journey. */
export function recipeJourney(combination: Combination, place: JourneyPlace): void {
  const { sdk, arrangement, method, login } = combination
  describe(`js-sdk ${sdk}, ${arrangement} adapter, ${method}, ${login} login`, () => {
    const name = `u${sdk[0]}-${arrangement}-${method}-${login === 'OpenID' ? 'wx' : 'ticket'}`
    let alice: Phone
    let bob: Phone
    let openid: string
    let paths: readonly string[] = []
    let fileIDs: readonly string[] = []
    let orderId: string | number

    const logIn = async (phone: Phone, user: string): Promise<Identity> =>
      login === 'OpenID' ? loginByOpenId(phone) : loginByTicket(phone, place.server().key, user)

    const phoneOf = (user: string) =>
      createPhone(place.server().server, { sdk, arrangement, loginCode: place.loginCode(user) })

    before(() => {
      alice = phoneOf(name)
      bob = phoneOf(`${name}-2`)
      alice.device.setAlbum({ files: THREE_PICTURES.map(({ name, bytes }) => ({ name, bytes })) })
    })
    after(() => {
      alice.dispose()
      bob.dispose()
    })

    it('R1: the user logs in, and hasLoginState() is truthy from then on', async () => {
      assert.ok(!alice.auth.hasLoginState())
      const identity = await logIn(alice, name)
      assert.ok(alice.auth.hasLoginState())
      assert.ok(identity.uid)
      if (login === 'OpenID') assertOpenid(identity.openid, place.openid(name))
      else assert.equal(identity.uid, name)
      openid = identity.openid ?? identity.uid
    })

    it('R3: wx.chooseMedia returns the three pictures with path, size and type', async () => {
      const files = await pickMedia(alice)
      assert.deepEqual(
        files.map(({ size, fileType }) => ({ size, fileType })),
        THREE_PICTURES.map(({ bytes }) => ({ size: bytes.length, fileType: 'image' })),
      )
      paths = files.map(({ tempFilePath }) => tempFilePath)
    })

    it('R4 R5 R20: each file is uploaded, its fileID is cloud://<env>.<bucket>/users/<openid>/<time>_<random>.<ext>', async () => {
      const uploaded: string[] = []
      for (const path of paths) uploaded.push(await uploadOne(alice, openid, path, method))
      for (const [index, fileID] of uploaded.entries()) {
        const [, , directory, , , extension] = FILE_ID.exec(fileID) ?? []
        assert.equal(directory, openid, fileID)
        assert.equal(extension, THREE_PICTURES[index]?.name.split('.').at(-1))
      }
      assert.equal(new Set(uploaded).size, 3)
      fileIDs = uploaded
    })

    it('R6: all files at once work too, and a refused file does not stop the others', async () => {
      const targets = [`users/${openid}/p1.png`, '/leading/slash.png', `users/${openid}/p3.png`]
      const byPath = new Map(paths.map((path, index) => [path, targets[index] ?? '']))
      const upload = async (filePath: string) =>
        (await alice.app.uploadFile({ cloudPath: byPath.get(filePath) ?? '', filePath, method })).fileID
      const [first, second, third] = await uploadAll(paths, upload, 10)
      assert.ok(first && 'fileID' in first && first.fileID.endsWith('/p1.png'))
      assert.ok(second && 'error' in second)
      assert.match(String((second.error as Error).message), /INVALID_FILE_NAME/)
      assert.ok(third && 'fileID' in third && third.fileID.endsWith('/p3.png'))
    })

    it('R7: a Chinese name with a space stays unchanged, in the fileID and for the download', async () => {
      for (const [index, picture] of THREE_PICTURES.entries()) {
        const cloudPath = `users/${openid}/${picture.name}`
        const { fileID } = await alice.app.uploadFile({ cloudPath, filePath: paths[index] ?? '', method })
        assert.ok(fileID.endsWith(`/users/${openid}/${picture.name}`), fileID)
        const [image] = await resolveImages(alice, [fileID])
        await assertPicture(image?.tempFileURL, index)
      }
    })

    it('R8: the order is updated with the fileIDs and the server time', async () => {
      const orders = alice.app.database().collection('orders')
      orderId = (await orders.add({ title: '三张照片', images: [], createdAt: new Date(0) })).id
      const before = Date.now()
      const result = await orders.doc(orderId).update({ images: fileIDs, updatedAt: alice.app.database().serverDate() })
      assert.equal(result.updated, 1)
      const { updatedAt } = (await orders.doc(orderId).get()).data[0] ?? {}
      assert.ok(updatedAt instanceof Date)
      assert.ok(updatedAt.getTime() >= before && updatedAt.getTime() <= Date.now())
    })

    it('R9: the order contains the fileIDs, in order', async () => {
      const { data } = await alice.app.database().collection('orders').doc(orderId).get()
      assert.deepEqual(data[0]?.images, fileIDs)
      assert.equal(data[0]?.title, '三张照片')
    })

    it('R10 R23: the fileIDs become http URLs with maxAge 7200, in order, and the bytes are those of the pictures', async () => {
      const images = await resolveImages(alice, fileIDs)
      assert.deepEqual(
        images.map(({ fileID, code, maxAge }) => ({ fileID, code, maxAge })),
        fileIDs.map((fileID) => ({ fileID, code: 'SUCCESS', maxAge: 7200 })),
      )
      for (const [index, { tempFileURL }] of images.entries()) await assertPicture(tempFileURL, index)
    })

    it('R10: without fileIDs there is no call: the recipe returns [], the client itself INVALID_PARAMS', async () => {
      assert.deepEqual(await resolveImages(alice, []), [])
      await assert.rejects(alice.app.getTempFileURL({ fileList: [] }), /INVALID_PARAMS/)
    })

    it('R14: a second user gets no URL of private files, cannot delete, copy or replace them, and cannot write to the directory', async () => {
      await logIn(bob, `${name}-2`)
      const [fileID = ''] = fileIDs
      const refused = 'STORAGE_EXCEED_AUTHORITY'
      const images = await resolveImages(bob, fileIDs)
      for (const image of images) assert.deepEqual([image.code, image.tempFileURL], [refused, ''])
      assert.equal((await bob.app.deleteFile({ fileList: [fileID] })).fileList[0]?.code, refused)
      const srcPath = FILE_ID.exec(fileID)?.[1] ?? ''
      const copy = await bob.app.copyFile({ fileList: [{ srcPath, dstPath: `users/${name}-2/stolen.png` }] })
      assert.equal(copy.fileList[0]?.code, refused)
      const filePath = bob.device.files.add('evil.png', Buffer.from('evil'))
      for (const cloudPath of [srcPath, cloudPathFor(openid, filePath)]) {
        await assert.rejects(bob.app.uploadFile({ cloudPath, filePath, method }), /STORAGE_EXCEED_AUTHORITY/)
      }
      const [first] = await resolveImages(alice, fileIDs)
      await assertPicture(first?.tempFileURL, 0)
    })

    it('R22: a second user can neither see nor change the order', async () => {
      const orders = bob.app.database().collection('orders')
      assert.deepEqual((await orders.where({ images: fileIDs[0] }).get()).data, [])
      const attempt = await orders.doc(orderId).update({ images: [] })
      assert.equal(attempt.updated, 0)
      const { data } = await alice.app.database().collection('orders').doc(orderId).get()
      assert.deepEqual(data[0]?.images, fileIDs)
    })
  })
}

async function assertPicture(url: string | undefined, index: number): Promise<void> {
  const picture = THREE_PICTURES[index]
  assert.match(url ?? '', /^https?:\/\//)
  const response = await fetch(url ?? '')
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), picture?.contentType)
  assert.ok(picture?.bytes.equals(Buffer.from(await response.arrayBuffer())))
}

function assertOpenid(openid: string | undefined, expected: string | RegExp): void {
  if (typeof expected === 'string') assert.equal(openid, expected)
  else assert.match(openid ?? '', expected)
}
