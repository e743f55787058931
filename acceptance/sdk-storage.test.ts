/** Every storage call of the client SDK in a Mini Program: two versions, both modes, both adapter arrangements. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { AWKWARD_NAMES, BAD_NAMES } from './support/file-names.ts'
import { jpeg } from './support/pictures.ts'
import type { App, ItemCode, UrlItem } from './support/sdk.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { createUser, type User } from './support/users.ts'

/** Seconds; an unusual value that is no default of the SDK. */
const TEMP_URL_MAX_AGE = 1234
/** The maxAge that the SDK requests for an object item without one. */
const SDK_MAX_AGE = 7200
const LARGE = 20 * 1024 * 1024

let server: RunningServer

before(async () => {
  server = await startServer({
    mode: 'dev',
    config: { storage: { acl: 'PRIVATE', tempUrlMaxAge: TEMP_URL_MAX_AGE, maxFileSize: '21MB' } },
  })
})
after(() => server.stop())

const CLIENTS = [
  { sdk: '2.27.2', mode: 'CLOUD_API' },
  { sdk: '3.7.0', mode: 'CLOUD_API' },
  { sdk: '3.7.0', mode: 'GATEWAY' },
  { sdk: '2.27.2', mode: 'GATEWAY' },
] as const

/** Seconds until a URL expires, when it is the configured default, give or take the time that the test takes. */
function lifetime({ tempFileURL }: UrlItem): number | undefined {
  if (tempFileURL === '') return undefined
  const seconds = Number(new URL(tempFileURL).searchParams.get('t')) - Date.now() / 1000
  return Math.abs(seconds - TEMP_URL_MAX_AGE) < 30 ? TEMP_URL_MAX_AGE : seconds
}

for (const { sdk, mode } of CLIENTS) {
  for (const arrangement of ['built-in', 'separate'] as const) {
    describe(`js-sdk ${sdk}, ${mode}, ${arrangement} adapter`, () => {
      const gateway = mode === 'GATEWAY'
      let alice: User
      let app: App
      let root: string

      before(async () => {
        alice = await createUser(server, { code: `dev:alice-${sdk}-${arrangement}` }, { sdk, mode, arrangement })
        app = alice.app
        root = `users/${alice.openid}`
      })
      after(() => alice.phone.dispose())

      async function download(fileID: string): Promise<Buffer> {
        const { statusCode, tempFilePath } = await app.downloadFile({ fileID })
        assert.equal(statusCode, 200)
        return Buffer.from(alice.phone.device.wx.getFileSystemManager().readFileSync(tempFilePath))
      }

      for (const method of ['put', 'post'] as const) {
        it(`uploadFile by ${method}: unusual names come back unchanged, with their bytes`, async () => {
          const files = new Map<string, Buffer>()
          for (const name of AWKWARD_NAMES) {
            const bytes = randomBytes(300)
            const fileID = await alice.upload(`${root}/${method}/${name}`, bytes, method)
            assert.ok(fileID.endsWith(`/${root}/${method}/${name}`), JSON.stringify(name))
            files.set(fileID, bytes)
          }
          assert.equal(files.size, AWKWARD_NAMES.length)
          for (const [fileID, bytes] of files) assert.deepEqual(await download(fileID), bytes, JSON.stringify(fileID))
        })

        it(`uploadFile by ${method}: an empty file is stored`, async () => {
          const fileID = await alice.upload(`${root}/empty-${method}.txt`, Buffer.alloc(0), method)
          assert.deepEqual(await download(fileID), Buffer.alloc(0))
          const { fileList } = await app.getFileInfo({ fileList: [fileID] })
          assert.deepEqual([fileList[0]?.code, fileList[0]?.size], ['SUCCESS', 0])
        })

        // The bytes travel in the same way in both modes.
        if (gateway) continue

        it(`uploadFile by ${method}: a file of 20 MB arrives complete`, async () => {
          const bytes = randomBytes(LARGE)
          assert.ok(bytes.equals(await download(await alice.upload(`${root}/large.mp4`, bytes, method))))
        })

        it(`uploadFile by ${method}: a file larger than storage.maxFileSize is refused and nothing is stored`, async () => {
          const cloudPath = `${root}/too-large-${method}.mp4`
          const upload = alice.upload(cloudPath, Buffer.alloc(22 * 1024 * 1024), method)
          await assert.rejects(upload, /<Code>EXCEED_UPLOAD_MAXFILESIZE</)
          const { data } = await app.getUploadMetadata({ cloudPath })
          assert.equal((await alice.urlOf(data.fileId)).code, 'STORAGE_FILE_NONEXIST')
        })
      }

      it('uploadFile: the same path twice is one file with the later bytes', async () => {
        const [first, second] = [randomBytes(2000), randomBytes(1000)]
        const fileID = await alice.upload(`${root}/twice.bin`, first)
        const before = await app.getFileInfo({ fileList: [fileID] })
        assert.equal(await alice.upload(`${root}/twice.bin`, second), fileID)
        const after = await app.getFileInfo({ fileList: [fileID] })
        assert.deepEqual(await download(fileID), second)
        assert.notEqual(after.fileList[0]?.etag, before.fileList[0]?.etag)
      })

      it('uploadFile and getUploadMetadata: a bad name is INVALID_FILE_NAME', async () => {
        const filePath = alice.phone.device.files.add('a.bin', randomBytes(10))
        for (const name of BAD_NAMES) {
          const cloudPath = name.replace('ROOT', root)
          if (!gateway) {
            await assert.rejects(app.getUploadMetadata({ cloudPath }), /INVALID_FILE_NAME/, JSON.stringify(name))
          } else {
            // In this mode the SDK resolves; bytes that are sent to the URL are refused with the code.
            const { data } = await app.getUploadMetadata({ cloudPath })
            assert.match(await (await fetch(data.url, { method: 'PUT', body: 'x' })).text(), /<Code>INVALID_FILE_NAME</)
          }
          await assert.rejects(app.uploadFile({ cloudPath, filePath }), /INVALID_FILE_NAME/, JSON.stringify(name))
        }
      })

      it('uploadFile: a path that is not the caller’s is a whole-call STORAGE_EXCEED_AUTHORITY', async () => {
        for (const method of ['put', 'post'] as const) {
          await assert.rejects(alice.upload('users/mallory/a.png', randomBytes(10), method), /STORAGE_EXCEED_AUTHORITY/)
        }
      })

      if (arrangement === 'separate') {
        it('uploadFile: onUploadProgress rises to 100', async () => {
          for (const method of ['put', 'post'] as const) {
            const filePath = alice.phone.device.files.add('p.bin', randomBytes(2_000_000))
            const seen: number[] = []
            const onUploadProgress = (event: unknown) => void seen.push((event as { progress: number }).progress)
            await app.uploadFile({ cloudPath: `${root}/p.bin`, filePath, method, onUploadProgress })
            assert.equal(seen.at(-1), 100)
            assert.deepEqual(
              seen,
              seen.toSorted((a, b) => a - b),
            )
          }
        })
      }

      it('getUploadMetadata: six strings, the fileID and an absolute upload URL', async () => {
        const { data, requestId } = await app.getUploadMetadata({ cloudPath: `${root}/说明.txt` })
        assert.ok(requestId)
        const { url, token, authorization, fileId, cosFileId, download_url } = data
        for (const text of [url, token, authorization, fileId, cosFileId, download_url]) assert.ok(text)
        assert.ok(fileId.startsWith('cloud://demo-1abcde.6465-demo-1abcde-'))
        assert.equal((await fetch(url, { method: 'PUT', body: 'by hand' })).status, 200)
        assert.equal(String(await download(fileId)), 'by hand')
      })

      it('getTempFileURL: strings and objects, each with its effective maxAge, in order', async () => {
        const fileID = await alice.upload(
          `${root}/照片.jpg`,
          jpeg(2, 2, () => 40),
        )
        const missing = `${fileID}.missing`
        const foreign = fileID.replace(root, 'users/mallory')
        const { fileList, requestId } = await app.getTempFileURL({
          fileList: [fileID, { fileID }, { fileID, maxAge: 60 }, missing, foreign, 'no fileID'],
        })
        assert.ok(requestId)
        assert.deepEqual(
          fileList.map((item) => [item.fileID, item.code, gateway ? lifetime(item) : item.maxAge]),
          [
            [fileID, 'SUCCESS', TEMP_URL_MAX_AGE],
            // In GATEWAY mode the SDK does not send maxAge.
            [fileID, 'SUCCESS', gateway ? TEMP_URL_MAX_AGE : SDK_MAX_AGE],
            [fileID, 'SUCCESS', gateway ? TEMP_URL_MAX_AGE : 60],
            [missing, 'STORAGE_FILE_NONEXIST', undefined],
            [foreign, 'STORAGE_EXCEED_AUTHORITY', undefined],
            ['no fileID', 'INVALID_PARAM', undefined],
          ],
        )
        for (const { code, tempFileURL, download_url, message, maxAge = TEMP_URL_MAX_AGE } of fileList) {
          assert.equal(download_url, tempFileURL)
          if (code !== 'SUCCESS') {
            assert.equal(tempFileURL, '')
            assert.ok(message)
            continue
          }
          assert.match(tempFileURL, /^http:\/\/127\.0\.0\.1:\d+\/o\/[\w-]+\/[\w.-]+\?sign=[0-9a-f]{32}&t=\d+$/)
          const expires = Number(new URL(tempFileURL).searchParams.get('t'))
          assert.ok(Math.abs(expires - Date.now() / 1000 - maxAge) < 5)
          assert.equal((await fetch(tempFileURL)).headers.get('content-type'), 'image/jpeg')
        }
      })

      it('downloadFile: a missing or foreign file rejects with the item, its code in it', async () => {
        const fileID = await alice.upload(`${root}/d.bin`, randomBytes(10))
        for (const [id, code] of [
          [`${fileID}x`, 'STORAGE_FILE_NONEXIST'],
          [fileID.replace(root, 'users/mallory'), 'STORAGE_EXCEED_AUTHORITY'],
        ] as const) {
          await assert.rejects(app.downloadFile({ fileID: id }), (item: ItemCode) => {
            assert.deepEqual([item.code, item.fileID], [code, id])
            return true
          })
        }
      })

      it('deleteFile: one code per file, in order; the allowed ones are deleted', async () => {
        const fileID = await alice.upload(`${root}/删除 100%.bin`, randomBytes(10))
        const kept = await alice.upload(`${root}/kept.bin`, randomBytes(10))
        const foreign = fileID.replace(root, 'users/mallory')
        const { fileList } = await app.deleteFile({ fileList: [`${fileID}x`, fileID, foreign, fileID] })
        const codes = fileList.map(({ code }) => code)
        assert.deepEqual(
          fileList.map((item) => item.fileID),
          [`${fileID}x`, fileID, foreign, fileID],
        )
        assert.deepEqual(codes.filter((code) => code === 'SUCCESS').length, 1)
        assert.deepEqual([codes[0], codes[2]], ['STORAGE_FILE_NONEXIST', 'STORAGE_EXCEED_AUTHORITY'])
        assert.equal((await alice.urlOf(fileID)).code, 'STORAGE_FILE_NONEXIST')
        assert.equal((await alice.urlOf(kept)).code, 'SUCCESS')
      })

      it('deleteFile: earlier URLs of a deleted file no longer work', async () => {
        const fileID = await alice.upload(`${root}/gone.bin`, randomBytes(10))
        const { tempFileURL } = await alice.urlOf(fileID)
        await app.deleteFile({ fileList: [fileID] })
        assert.equal((await fetch(tempFileURL)).status, 404)
      })

      it('copyFile: copies, moves, and does not overwrite if not allowed', async () => {
        const [one, two] = [randomBytes(100), randomBytes(200)]
        const first = await alice.upload(`${root}/copy/一 #1.bin`, one)
        const second = await alice.upload(`${root}/copy/2.bin`, two)
        const path = (name: string) => `${root}/copy/${name}`
        const { fileList, requestId } = await app.copyFile({
          fileList: [
            { srcPath: path('一 #1.bin'), dstPath: path('copied?.bin') },
            { srcPath: path('一 #1.bin'), dstPath: path('2.bin'), overwrite: false },
            { srcPath: path('none.bin'), dstPath: path('n.bin') },
            { srcPath: path('一 #1.bin'), dstPath: 'users/mallory/planted.bin' },
            { srcPath: 'users/mallory/a.bin', dstPath: path('stolen.bin') },
            { srcPath: path('一 #1.bin'), dstPath: path('moved.bin'), removeOriginal: true },
            { srcPath: path('moved.bin'), dstPath: path('2.bin'), overwrite: true },
          ],
        })
        assert.ok(requestId)
        assert.deepEqual(
          fileList.map(({ code }) => code),
          [
            'SUCCESS',
            'STORAGE_FILE_EXIST',
            'STORAGE_FILE_NONEXIST',
            'STORAGE_EXCEED_AUTHORITY',
            'STORAGE_EXCEED_AUTHORITY',
            'SUCCESS',
            'SUCCESS',
          ],
        )
        assert.equal((await alice.urlOf(first)).code, 'STORAGE_FILE_NONEXIST')
        const prefix = first.slice(0, -'一 #1.bin'.length)
        for (const name of ['copied?.bin', 'moved.bin', '2.bin']) assert.deepEqual(await download(prefix + name), one)
        // Copies are independent of their source: deleting one keeps the others.
        await app.deleteFile({ fileList: [`${prefix}moved.bin`] })
        assert.deepEqual(await download(second), one)
      })

      it('getTempFileURL, deleteFile, copyFile: a bad name is INVALID_FILE_NAME for its item, and the others are done', async () => {
        const bytes = randomBytes(50)
        const fileID = await alice.upload(`${root}/among-bad.bin`, bytes)
        const names = BAD_NAMES.map((name) => name.replace('ROOT', root))
        const inBucket = (path: string) => fileID.replace(`${root}/among-bad.bin`, () => path)
        const list = [...names.map(inBucket), fileID]
        const bad = names.map((name) => [inBucket(name), 'INVALID_FILE_NAME'])
        const { fileList } = await app.getTempFileURL({ fileList: list })
        assert.deepEqual(
          fileList.map((item) => [item.fileID, item.code]),
          [...bad, [fileID, 'SUCCESS']],
        )
        for (const item of fileList.slice(0, -1)) {
          assert.equal(item.tempFileURL, '')
          assert.match(item.message ?? '', /cloudPath/)
        }
        await assert.rejects(app.downloadFile({ fileID: inBucket(`${root}//a`) }), { code: 'INVALID_FILE_NAME' })
        const copied = `${root}/copied-among-bad.bin`
        const copies = await app.copyFile({
          fileList: [...names.filter((name) => name !== ''), `${root}/among-bad.bin`].map((srcPath) => ({
            srcPath,
            dstPath: copied,
          })),
        })
        assert.deepEqual(
          copies.fileList.map((item) => [item.fileID, item.code]),
          [...bad.slice(1).map(() => [inBucket(copied), 'INVALID_FILE_NAME']), [inBucket(copied), 'SUCCESS']],
        )
        assert.deepEqual(await download(inBucket(copied)), bytes)
        const targets = await app.copyFile({ fileList: [{ srcPath: copied, dstPath: `${root}//x` }] })
        assert.deepEqual(
          targets.fileList.map((item) => [item.fileID, item.code]),
          [[inBucket(`${root}//x`), 'INVALID_FILE_NAME']],
        )
        const deleted = await app.deleteFile({ fileList: list })
        assert.deepEqual(
          deleted.fileList.map((item) => [item.fileID, item.code]),
          [...bad, [fileID, 'SUCCESS']],
        )
      })

      it('getFileInfo: size, type, ETag and dates of each file, the code of one that is missing', async () => {
        const bytes = jpeg(3, 3, () => 10)
        const fileID = await alice.upload(`${root}/info/图 片.jpg`, bytes)
        const { fileList } = await app.getFileInfo({ fileList: [fileID, `${fileID}x`] })
        const [info, missing] = fileList
        assert.deepEqual(
          [info?.code, info?.fileID, info?.fileName, info?.contentType, info?.mime, info?.size],
          ['SUCCESS', fileID, '图 片.jpg', 'image/jpeg', 'image/jpeg', bytes.length],
        )
        assert.match(info?.etag ?? '', /^"[0-9a-f]{64}"$/)
        assert.ok(Math.abs(Date.parse(info?.lastModified ?? '') - Date.now()) < 60_000)
        assert.equal(missing?.code, 'STORAGE_FILE_NONEXIST')
      })

      it('empty lists are refused by the client itself, for each call with a list', async () => {
        const fileList: never[] = []
        for (const call of [app.getTempFileURL, app.deleteFile, app.copyFile]) {
          await assert.rejects(call.call(app, { fileList }), /INVALID_PARAMS/)
        }
      })
    })
  }
}
