import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { formatFileId, parseCloudPath } from '@cloudstead/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { ADMIN, ENV, storageForFile } from '../storage/storage.fixture.ts'
import { objectRoutes } from './objects.ts'

const PATH = 'users/alice/a.txt'
const { storage, upload, blobs, emptyTrash, clear } = await storageForFile()

const etagOf = (content: string) => `"${createHash('sha256').update(content).digest('hex')}"`

describe('a file that is overwritten between its record and its bytes', () => {
  let app: FastifyInstance
  let url: string
  /** Runs before bytes are read. */
  let onRead: () => Promise<void>

  before(async () => {
    app = fastify()
    await app.register(objectRoutes, {
      storage: {
        openObject: (request) => storage.openObject(request),
        async bytes(body, range) {
          await onRead()
          return storage.bytes(body, range)
        },
        directUrl: () => undefined,
        filePath: async () => undefined,
      },
    })
  })
  beforeEach(async () => {
    await clear()
    await upload(PATH, 'the first version')
    const [result] = await storage.temporaryUrls(ADMIN, [{ fileId: formatFileId(ENV, parseCloudPath(PATH)) }])
    assert.ok(result?.ok)
    url = result.pathAndQuery
  })
  after(() => app.close())

  async function overwrite(content: string): Promise<void> {
    await upload(PATH, content)
    await emptyTrash()
    assert.equal((await blobs()).length, 1)
  }

  /** Overwrites as often as there are contents, each time right before the bytes are read. */
  function overwriteBeforeReading(...contents: readonly string[]): void {
    const left = contents.values()
    onRead = async () => {
      const { value } = left.next()
      if (value !== undefined) await overwrite(value)
    }
  }

  test('is answered in its new version, with the headers of that version', async () => {
    overwriteBeforeReading('second', 'the third version', 'the fourth')
    const { statusCode, body, headers } = await app.inject(url)
    assert.deepEqual([statusCode, body], [200, 'the fourth'])
    assert.deepEqual([headers['content-length'], headers.etag], ['10', etagOf('the fourth')])
  })

  test('is answered whole when only the former version had the range that was asked for', async () => {
    overwriteBeforeReading('second')
    const range = { range: 'bytes=4-8', 'if-range': etagOf('the first version') }
    const { statusCode, body, headers } = await app.inject({ url, headers: range })
    assert.deepEqual([statusCode, body], [200, 'second'])
    assert.deepEqual([headers['content-length'], headers['content-range']], ['6', undefined])
  })

  test('is refused when the range that was asked for lies beyond the new version', async () => {
    overwriteBeforeReading('x')
    const { statusCode, body, headers } = await app.inject({ url, headers: { range: 'bytes=4-8' } })
    assert.deepEqual([statusCode, body], [416, ''])
    assert.deepEqual([headers['content-range'], headers['content-type']], ['bytes */1', undefined])
  })

  test('is missing when it was deleted meanwhile', async () => {
    onRead = async () => {
      await storage.remove(ADMIN, [formatFileId(ENV, parseCloudPath(PATH))])
      await emptyTrash()
    }
    const { statusCode, body, headers } = await app.inject(url)
    assert.equal(statusCode, 404)
    assert.match(body, /<Code>STORAGE_FILE_NONEXIST</)
    assert.deepEqual([headers.etag, headers['cache-control']], [undefined, 'no-store'])
  })

  test('is given up when it never stays', async () => {
    let version = 0
    onRead = () => {
      version += 1
      return overwrite(`version ${version}`)
    }
    const { body } = await app.inject(url)
    assert.match(body, /<Code>STORAGE_REQUEST_FAIL</)
    assert.equal(version, 10)
  })

  test('HEAD and a validator that holds read no bytes', async () => {
    onRead = () => Promise.reject(new Error('bytes were read'))
    const head = await app.inject({ method: 'HEAD', url })
    assert.deepEqual([head.statusCode, head.headers['content-length']], [200, '17'])
    const { statusCode } = await app.inject({ url, headers: { 'if-none-match': etagOf('the first version') } })
    assert.equal(statusCode, 304)
  })
})
