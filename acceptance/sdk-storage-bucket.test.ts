/** The SDK's second set of storage calls, `app.storage.from()`, in a Mini Program: with the bucket in 2.x, without it in 3.x. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { png } from './support/pictures.ts'
import type { Bucket } from './support/sdk.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { createUser, type User } from './support/users.ts'

const PICTURE = png(20, 10)
const OTHER = png(10, 20)

let server: RunningServer

before(async () => {
  server = await startServer({ mode: 'dev', config: { storage: { acl: 'PRIVATE' } } })
})
after(() => server.stop())

const SETUPS = [
  ['2.27.2', 'CLOUD_API', 'built-in'],
  ['2.27.2', 'CLOUD_API', 'separate'],
  ['2.27.2', 'GATEWAY', 'built-in'],
  ['3.7.0', 'CLOUD_API', 'built-in'],
  ['3.7.0', 'GATEWAY', 'built-in'],
  ['3.7.0', 'GATEWAY', 'separate'],
] as const

for (const [sdk, mode, arrangement] of SETUPS) {
  describe(`js-sdk ${sdk}, ${mode}, ${arrangement} adapter`, () => {
    let alice: User
    let bucketName: string
    let root: string

    before(async () => {
      alice = await createUser(server, { code: `dev:alice-${sdk}-${mode}-${arrangement}` }, { sdk, mode, arrangement })
      root = `users/${alice.openid}`
      const fileID = await alice.upload(`${root}/first.png`, PICTURE)
      bucketName = /^cloud:\/\/demo-1abcde\.([^/]+)\//.exec(fileID)?.[1] ?? ''
    })
    after(() => alice.phone.dispose())

    const bucket = (): Bucket => (sdk === '3.7.0' ? alice.app.storage.from() : alice.app.storage.from(bucketName))
    /** How calls about a stored file name it: by its fileID where they do not know the bucket. */
    const id = (path: string) => (sdk === '3.7.0' ? `cloud://demo-1abcde.${bucketName}/${path}` : path)
    const picked = (bytes: Uint8Array) => alice.phone.device.files.add('x.png', bytes)

    async function assertBytes(url: string, expected: Uint8Array): Promise<void> {
      const response = await fetch(url)
      assert.equal(response.status, 200)
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), expected)
    }

    async function urlOf(path: string): Promise<string> {
      const { data, error } = await bucket().createSignedUrl(id(path), 60)
      assert.equal(error, null)
      return data?.signedUrl ?? ''
    }

    it('upload stores a file, update replaces it, and both return its name', async () => {
      const path = `${root}/图 1.png`
      const first = await bucket().upload(path, picked(PICTURE))
      assert.deepEqual(first.data, { id: `cloud://demo-1abcde.${bucketName}/${path}`, path, fullPath: path })
      assert.equal(first.error, null)
      await assertBytes(await urlOf(path), PICTURE)
      const second = await bucket().update(path, picked(OTHER))
      assert.deepEqual(second.data, first.data)
      await assertBytes(await urlOf(path), OTHER)
    })

    it('upload takes cacheControl and contentType, info returns size and type', async () => {
      const path = `${root}/cached.png`
      await bucket().upload(path, picked(PICTURE), { cacheControl: '77', contentType: 'image/png' })
      const { data } = await bucket().info(id(path))
      assert.equal(data?.size, PICTURE.length)
      assert.equal(data?.contentType, 'image/png')
    })

    it('upload of a foreign path throws the code', async () => {
      await assert.rejects(bucket().upload('users/mallory/a.png', picked(PICTURE)), /STORAGE_EXCEED_AUTHORITY/)
    })

    it('createSignedUploadUrl returns a URL that accepts the bytes, uploadToSignedUrl uses the path', async () => {
      const path = `${root}/signed upload.png`
      const { data, error } = await bucket().createSignedUploadUrl(path)
      assert.equal(error, null)
      assert.equal(data?.path, path)
      const put = await fetch(data?.signedUrl ?? '', { method: 'PUT', body: new Uint8Array(PICTURE) })
      assert.equal(put.status, 200)
      await assertBytes(await urlOf(path), PICTURE)
      await bucket().uploadToSignedUrl(path, data?.token ?? '', picked(OTHER))
      await assertBytes(await urlOf(path), OTHER)
    })

    it('createSignedUrl has the given lifetime where the SDK sends it, and takes a download name and picture sizes', async () => {
      const path = `${root}/first.png`
      const url = await urlOf(path)
      const expires = Number(new URL(url).searchParams.get('t'))
      const lifetime = mode === 'GATEWAY' ? 7200 : 60
      assert.ok(Math.abs(expires - Date.now() / 1000 - lifetime) < 30)
      const named = await bucket().createSignedUrl(id(path), 60, { download: '订单 图.png' })
      const download = await fetch(named.data?.signedUrl ?? '')
      assert.match(download.headers.get('content-disposition') ?? '', /^attachment;.*filename\*=UTF-8''%E8%AE%A2/)
      const small = await bucket().createSignedUrl(id(path), 60, { transform: { width: 10, height: 10, quality: 60 } })
      assert.equal((await fetch(small.data?.signedUrl ?? '')).status, 200)
    })

    it('createSignedUrl of a missing or foreign file is an error, not a URL', async () => {
      for (const [path, code] of [
        [`${root}/none.png`, /STORAGE_FILE_NONEXIST/],
        ['users/mallory/a.png', /STORAGE_EXCEED_AUTHORITY/],
      ] as const) {
        const { data, error } = await bucket().createSignedUrl(id(path), 60)
        assert.equal(data, null)
        assert.match(error?.message ?? '', code)
      }
    })

    it('createSignedUrls returns a URL or an error for each path', async () => {
      const { data } = await bucket().createSignedUrls([id(`${root}/none.png`), id(`${root}/first.png`)], 60)
      assert.deepEqual(
        data?.map(({ path }) => path),
        [id(`${root}/none.png`), id(`${root}/first.png`)],
      )
      const [missing, found] = data ?? []
      assert.equal(missing?.signedUrl, '')
      assert.ok(missing?.error)
      assert.equal(found?.error, null)
      await assertBytes(found?.signedUrl ?? '', PICTURE)
    })

    it('getPublicUrl works as in the SDK, as a signed URL of ten minutes', async () => {
      const { data } = await bucket().getPublicUrl(id(`${root}/first.png`))
      await assertBytes(data?.publicUrl ?? '', PICTURE)
    })

    it('exists and info find a file; for a missing one they return the error', async () => {
      assert.deepEqual(await bucket().exists(id(`${root}/first.png`)), { data: true, error: null })
      for (const call of ['exists', 'info'] as const) {
        const { data, error } = await bucket()[call](id(`${root}/none.png`))
        assert.equal(data, null)
        assert.ok(error?.message)
      }
    })

    it('copy keeps the original, move does not', async () => {
      await bucket().upload(`${root}/from.png`, picked(PICTURE))
      const copied = await bucket().copy(`${root}/from.png`, `${root}/复制.png`)
      assert.deepEqual([copied.data?.path, copied.error], [`${root}/复制.png`, null])
      const moved = await bucket().move(`${root}/from.png`, `${root}/moved.png`)
      assert.equal(moved.error, null)
      assert.equal((await bucket().exists(id(`${root}/from.png`))).data, null)
      for (const name of ['复制.png', 'moved.png']) await assertBytes(await urlOf(`${root}/${name}`), PICTURE)
      assert.ok((await bucket().copy(`${root}/none.png`, `${root}/x.png`)).error)
      assert.ok((await bucket().move(`${root}/none.png`, `${root}/x.png`)).error)
    })

    it('remove deletes; a missing path is an error', async () => {
      await bucket().upload(`${root}/rm.png`, picked(PICTURE))
      const removed = await bucket().remove([id(`${root}/rm.png`)])
      assert.equal(removed.error, null)
      assert.equal((await bucket().exists(id(`${root}/rm.png`))).data, null)
      assert.ok((await bucket().remove([id(`${root}/rm.png`)])).error)
    })
  })
}
