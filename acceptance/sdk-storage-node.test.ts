/** The storage calls from Node: the client SDK in a plain program, and the server SDK as administrator. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createAdmin, createTicket } from './support/clients.ts'
import { AWKWARD_NAMES, BAD_NAMES } from './support/file-names.ts'
import { createNodeClient, type NodeClient } from './support/node-client.ts'
import { png } from './support/pictures.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'

const PICTURE = png(30, 20)
const REFUSED = 'STORAGE_EXCEED_AUTHORITY'
const LARGE = 20 * 1024 * 1024
/** The client SDK in Node soon takes 35 ms per call, so it gets fewer names than the others. */
const SOME_NAMES = AWKWARD_NAMES.slice(0, 6)
const SOME_BAD_NAMES = BAD_NAMES.slice(0, 5)

let server: RunningServer
let folder: string

before(async () => {
  server = await startServer({ config: { storage: { acl: 'READONLY' } } })
  folder = await mkdtemp(join(tmpdir(), 'cloudstead-node-sdk-'))
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

async function fetched(url: string): Promise<Buffer> {
  const response = await fetch(url)
  assert.equal(response.status, 200)
  return Buffer.from(await response.arrayBuffer())
}

for (const sdk of ['2.27.2', '3.7.0'] as const) {
  describe(`R29: js-sdk ${sdk} in a plain Node program`, () => {
    const user = `node-${sdk[0]}`
    const root = `users/${user}`
    let client: NodeClient

    before(async () => {
      client = await createNodeClient(server, sdk, { ticket: createTicket(await server.loginKey(), user) })
    })
    after(() => client.close())

    async function urlOf(fileID: string): Promise<string> {
      const { fileList } = await client.app.getTempFileURL({ fileList: [fileID] })
      assert.equal(fileList[0]?.code, 'SUCCESS', fileList[0]?.message)
      return fileList[0]?.tempFileURL ?? ''
    }

    it('is logged in by a ticket of the server SDK', () => {
      assert.equal(client.uid, user)
    })

    for (const method of ['put', 'post'] as const) {
      it(`uploadFile by ${method}: bytes arrive unchanged, with unusual names, empty and 20 MB large`, async () => {
        for (const name of SOME_NAMES) {
          const cloudPath = `${root}/${method}/${name}`
          const { fileID } = await client.app.uploadFile({ cloudPath, filePath: { blob: PICTURE }, method })
          assert.ok(fileID.endsWith(`/${cloudPath}`), fileID)
          assert.deepEqual(await fetched(await urlOf(fileID)), PICTURE)
        }
        for (const bytes of [Buffer.alloc(0), randomBytes(LARGE)]) {
          const cloudPath = `${root}/${method}/${bytes.length}.bin`
          const { fileID } = await client.app.uploadFile({ cloudPath, filePath: { blob: bytes }, method })
          assert.ok(bytes.equals(await fetched(await urlOf(fileID))))
        }
      })
    }

    it('uploadFile takes a Buffer', async () => {
      const { fileID } = await client.app.uploadFile({ cloudPath: `${root}/buffer.png`, filePath: PICTURE })
      assert.deepEqual(await fetched(await urlOf(fileID)), PICTURE)
    })

    it('whole-call errors throw with their code: a foreign path, bad names', async () => {
      const filePath = { blob: PICTURE }
      await assert.rejects(client.app.uploadFile({ cloudPath: 'users/mallory/a.png', filePath }), new RegExp(REFUSED))
      for (const name of SOME_BAD_NAMES) {
        const cloudPath = name.replace('ROOT', root)
        await assert.rejects(client.app.uploadFile({ cloudPath, filePath }), /INVALID_FILE_NAME/, JSON.stringify(name))
      }
    })

    it('getUploadMetadata, copyFile, deleteFile: as in other clients, with a code per item', async () => {
      const { data } = await client.app.getUploadMetadata({ cloudPath: `${root}/m.png` })
      assert.equal((await fetch(data.url, { method: 'PUT', body: new Uint8Array(PICTURE) })).status, 200)
      const copies = await client.app.copyFile({
        fileList: [
          { srcPath: `${root}/m.png`, dstPath: `${root}/复制.png` },
          { srcPath: `${root}/m.png`, dstPath: 'users/mallory/m.png' },
          { srcPath: `${root}/m.png`, dstPath: `${root}/复制.png`, overwrite: false },
          { srcPath: `${root}/m.png`, dstPath: `${root}/moved.png`, removeOriginal: true },
        ],
      })
      const codes = copies.fileList.map(({ code }) => code)
      assert.deepEqual(codes, ['SUCCESS', REFUSED, 'STORAGE_FILE_EXIST', 'SUCCESS'])
      const moved = data.fileId.replace('m.png', 'moved.png')
      assert.deepEqual(await fetched(await urlOf(moved)), PICTURE)
      const { fileList } = await client.app.deleteFile({ fileList: [moved, data.fileId] })
      assert.deepEqual(
        fileList.map(({ fileID, code }) => [fileID, code]),
        [
          [moved, 'SUCCESS'],
          [data.fileId, 'STORAGE_FILE_NONEXIST'],
        ],
      )
    })

    // 2.27.2 needs `window` to download in Node, and reads the answer to its HEAD request as JSON.
    if (sdk === '3.7.0') {
      it('downloadFile and getFileInfo', async () => {
        const cloudPath = `${root}/下载 %20.png`
        const { fileID } = await client.app.uploadFile({ cloudPath, filePath: { blob: PICTURE } })
        const downloaded = (await client.app.downloadFile({ fileID })) as { fileContent?: Uint8Array }
        assert.deepEqual(Buffer.from(downloaded.fileContent ?? []), PICTURE)
        const { fileList } = await client.app.getFileInfo({ fileList: [fileID, `${fileID}x`] })
        assert.deepEqual(
          fileList.map(({ code, size, contentType }) => [code, size, contentType]),
          [
            ['SUCCESS', PICTURE.length, 'image/png'],
            ['STORAGE_FILE_NONEXIST', undefined, undefined],
          ],
        )
      })
    }

    it('storage.from().upload keeps cache control and metadata; download returns the bytes', async () => {
      // 3.7.0 has these calls without a bucket. They name a stored file by its fileID.
      const bucket = client.bucket(sdk === '2.27.2' ? '6465-demo-1abcde-1250000000' : '')
      const path = `${root}/s.png`
      const options = { cacheControl: 'max-age=77', contentType: 'image/png', metadata: { from: '杭州' } }
      const { data, error } = await bucket.upload(path, { blob: PICTURE }, options)
      assert.equal(error, null)
      const { headers } = await fetch(await urlOf(data?.id ?? ''))
      assert.match(headers.get('cache-control') ?? '', /max-age=77/)
      const downloaded = await bucket.download(sdk === '2.27.2' ? path : (data?.id ?? ''))
      assert.deepEqual(downloaded.data, PICTURE)
    })
  })
}

for (const by of ['signature', 'apiKey'] as const) {
  describe(`node-sdk as administrator, by ${by}`, () => {
    let admin: ReturnType<typeof createAdmin>

    before(async () => {
      admin = createAdmin(server, await server.apiKey(), by)
    })

    const upload = async (cloudPath: string, fileContent: Buffer = PICTURE) =>
      (await admin.uploadFile({ cloudPath, fileContent })).fileID

    it('uploadFile and downloadFile: any path, unusual names, equal bytes', async () => {
      for (const name of AWKWARD_NAMES) {
        const bytes = randomBytes(100)
        const fileID = await upload(`admin-${by}/${name}`, bytes)
        assert.ok(fileID.endsWith(`/admin-${by}/${name}`), fileID)
        const { fileContent } = await admin.downloadFile({ fileID })
        assert.deepEqual(fileContent, bytes, name)
      }
    })

    it('uploadFile takes a stream, downloadFile writes to a file: 20 MB', async () => {
      const [source, target] = [join(folder, `${by}.in`), join(folder, `${by}.out`)]
      const bytes = randomBytes(LARGE)
      await writeFile(source, bytes)
      const cloudPath = `admin-${by}/large.mp4`
      const { fileID } = await admin.uploadFile({ cloudPath, fileContent: createReadStream(source) })
      // It resolves at the beginning of the answer, and continues to write.
      await admin.downloadFile({ fileID, tempFilePath: target })
      const written = async () => (await stat(target).catch(() => ({ size: 0 }))).size
      await until('the download is complete', written, (size) => size === LARGE, 10_000)
      assert.ok(bytes.equals(await readFile(target)))
    })

    it('getUploadMetadata: the complete reply; a bad name throws INVALID_FILE_NAME', async () => {
      const reply = (await admin.getUploadMetadata({ cloudPath: `admin-${by}/m.png` })) as {
        data: { url: string; fileId: string }
      }
      assert.match(reply.data.fileId, /^cloud:\/\/demo-1abcde\./)
      assert.equal((await fetch(reply.data.url, { method: 'PUT', body: new Uint8Array(PICTURE) })).status, 200)
      for (const name of BAD_NAMES.filter((name) => name !== '')) {
        await assert.rejects(admin.getUploadMetadata({ cloudPath: name.replace('ROOT', 'x') }), {
          code: 'INVALID_FILE_NAME',
        })
      }
    })

    it('getTempFileURL: codes per item, the requested maxAge; a bad maxAge throws', async () => {
      const fileID = await upload(`users/somebody/${by}.png`)
      const { fileList } = await admin.getTempFileURL({
        fileList: [
          { fileID, maxAge: 60 },
          { fileID: `${fileID}x`, maxAge: 60 },
        ],
      })
      assert.deepEqual(
        fileList.map(({ fileID, code }) => [fileID, code]),
        [
          [fileID, 'SUCCESS'],
          [`${fileID}x`, 'STORAGE_FILE_NONEXIST'],
        ],
      )
      assert.deepEqual(await fetched(fileList[0]?.tempFileURL ?? ''), PICTURE)
      await assert.rejects(admin.getTempFileURL({ fileList: [{ fileID, maxAge: 86_401 }] }), { code: 'INVALID_PARAM' })
    })

    it('a bad name in a list is INVALID_FILE_NAME for its item, and the others are done', async () => {
      const fileID = await upload(`admin-${by}/among-bad.png`)
      const bad = SOME_BAD_NAMES.map((name) => {
        return fileID.replace(`admin-${by}/among-bad.png`, () => name.replace('ROOT', 'x'))
      })
      const refused = bad.map((id) => [id, 'INVALID_FILE_NAME'])
      const list = [...bad, fileID]
      const { fileList } = await admin.getTempFileURL({ fileList: list })
      assert.deepEqual(
        fileList.map((item) => [item.fileID, item.code]),
        [...refused, [fileID, 'SUCCESS']],
      )
      await assert.rejects(admin.downloadFile({ fileID: bad[3] ?? '' }), { code: 'INVALID_FILE_NAME' })
      const { fileList: copies } = await admin.copyFile({
        fileList: [
          { srcPath: `x//among-bad.png`, dstPath: `admin-${by}/copies/among-bad.png` },
          { srcPath: `admin-${by}/among-bad.png`, dstPath: `admin-${by}/copies/among-bad.png` },
        ],
      })
      assert.deepEqual(
        copies.map(({ code }) => code),
        ['INVALID_FILE_NAME', 'SUCCESS'],
      )
      const { fileList: deleted } = await admin.deleteFile({ fileList: list })
      assert.deepEqual(
        deleted.map((item) => [item.fileID, item.code]),
        [...refused, [fileID, 'SUCCESS']],
      )
    })

    it('downloadFile of a missing file throws its code', async () => {
      const fileID = await upload(`admin-${by}/here.png`)
      await assert.rejects(admin.downloadFile({ fileID: `${fileID}x` }), { code: 'STORAGE_FILE_NONEXIST' })
    })

    it('getFileInfo, copyFile, deleteFile, and the limit of 50', async () => {
      const fileID = await upload(`admin-${by}/管理 1.png`)
      const { fileList: infos } = await admin.getFileInfo({ fileList: [fileID] })
      assert.deepEqual(
        [infos[0]?.code, infos[0]?.size, infos[0]?.contentType],
        ['SUCCESS', PICTURE.length, 'image/png'],
      )
      const { fileList: copies } = await admin.copyFile({
        fileList: [
          {
            srcPath: `admin-${by}/管理 1.png`,
            dstPath: `copies-${by}/管理 1.png`,
            overwrite: true,
            removeOriginal: true,
          },
        ],
      })
      const [copy] = copies
      assert.equal(copy?.code, 'SUCCESS')
      const gone = Array.from({ length: 51 }, () => fileID.replace('admin', 'copies'))
      await assert.rejects(admin.deleteFile({ fileList: gone }), { code: 'INVALID_PARAM' })
      const { fileList } = await admin.deleteFile({ fileList: [fileID, fileID.replace('admin', 'copies')] })
      assert.deepEqual(
        fileList.map(({ code }) => code),
        ['STORAGE_FILE_NONEXIST', 'SUCCESS'],
      )
    })
  })
}
