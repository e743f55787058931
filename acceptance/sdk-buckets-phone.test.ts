/** The bucket API of js-sdk 3.7.0, `app.storage.from(bucketId)`, in a Mini Program. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type BucketFiles, bucketsOf, codeOf, dataOf, filesOf, namesOf } from './support/buckets.ts'
import { png } from './support/pictures.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { createUser, type User } from './support/users.ts'

const BUCKET = '6465-demo-1abcde-1250000000'
const PICTURE = png(20, 10)
const DENIED = 'STORAGE_EXCEED_AUTHORITY'

let server: RunningServer

before(async () => {
  server = await startServer({ mode: 'dev', config: { storage: { acl: 'PRIVATE' } } })
})
after(() => server.stop())

async function fetched(url: string): Promise<Buffer> {
  const response = await fetch(url)
  assert.equal(response.status, 200)
  return Buffer.from(await response.arrayBuffer())
}

for (const arrangement of ['built-in', 'separate'] as const) {
  describe(`Mini Program, ${arrangement} adapter`, () => {
    let user: User
    let files: BucketFiles
    let root: string

    before(async () => {
      const options = { sdk: '3.7.0', mode: 'GATEWAY', arrangement } as const
      user = await createUser(server, { code: `dev:phone-${arrangement}` }, options)
      root = user.openid
      files = filesOf(user.app, 'users')
    })
    after(() => user.phone.dispose())

    /** The bytes in a value that `wx.request` sends unchanged. */
    const picture = () => new Uint8Array(PICTURE).buffer

    it('upload, info, exists, list, copy, move, remove', async () => {
      const path = `${root}/图 1.png`
      const stored = await dataOf(files.upload(path, picture(), { cacheControl: '9' }))
      assert.equal(stored.fullPath, `users/${path}`)
      const info = await dataOf(files.info(path))
      assert.deepEqual([info.size, info.cacheControl], [PICTURE.length, 'max-age=9'])
      assert.equal(await codeOf(files.upload(path, picture())), 'STORAGE_FILE_EXIST')
      await dataOf(files.update(path, picture()))
      await dataOf(files.copy(path, `${root}/copy.png`))
      await dataOf(files.move(`${root}/copy.png`, `${root}/moved.png`))
      assert.equal(await dataOf(files.exists(`${root}/copy.png`)), false)
      assert.deepEqual(namesOf(await dataOf(files.list(`${root}/`))), [`${root}/moved.png`, path])
      assert.equal((await dataOf(files.remove([`${root}/moved.png`]))).length, 1)
      assert.equal(await codeOf(files.upload('somebody/a.png', picture())), DENIED)
    })

    it('signed URLs of both kinds', async () => {
      const path = `${root}/signed.png`
      const { token } = await dataOf(files.createSignedUploadUrl(path))
      await dataOf(files.uploadToSignedUrl(path, token, picture()))
      const { fullSignedURL } = await dataOf(files.createSignedUrl(path, 60))
      assert.deepEqual(await fetched(fullSignedURL), PICTURE)
      const [url] = await dataOf(files.createSignedUrls([path], 60))
      assert.deepEqual(await fetched(url?.fullSignedURL ?? ''), PICTURE)
    })

    it('listBuckets and getBucket', async () => {
      const [only] = await dataOf(bucketsOf(user.app).listBuckets())
      assert.deepEqual(await dataOf(bucketsOf(user.app).getBucket(BUCKET)), only)
    })

    it('upload of a path stores its text: the SDK sends every body as it is', async () => {
      const file = user.phone.device.files.add('a.png', PICTURE)
      await dataOf(files.upload(`${root}/path.png`, file))
      const { fullSignedURL } = await dataOf(files.createSignedUrl(`${root}/path.png`, 60))
      assert.equal(String(await fetched(fullSignedURL)), file)
    })

    it('upload with metadata fails in the SDK, which needs btoa', async () => {
      const { error } = await files.upload(`${root}/m.png`, picture(), { metadata: { a: 1 } })
      assert.match(error?.message ?? '', /btoa/)
    })

    it('download fails in the SDK, whose adapter has no Response; a signed URL works', async () => {
      assert.equal(await codeOf(files.download(`${root}/signed.png`)), 'STORAGE_PG_NO_RESPONSE')
    })
  })
}
