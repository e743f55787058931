import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { beforeEach, describe, it } from 'node:test'
import { type AdminCaller, type CloudPath, CloudsteadError } from '@cloudstead/protocol'
import { ADMIN, ENV, storageForFile } from './storage.fixture.ts'
import { readZip } from './zip-reader.fixture.ts'

const setup = await storageForFile()
const { storage } = setup
const never = new AbortController().signal
const refused = (code: string) => (error: unknown) => error instanceof CloudsteadError && error.code === code
const asPaths = (paths: readonly string[]) => paths as readonly CloudPath[]

beforeEach(() => setup.clear())

async function zip(paths: readonly string[], caller: AdminCaller = ADMIN) {
  const { name, body } = await storage.openZip(caller, await storage.createZip(caller, asPaths(paths)), never)
  const entries = readZip(Buffer.concat(await body.toArray()))
  return {
    name,
    entries,
    contents: Object.fromEntries([...entries].map(([path, { bytes }]) => [path, bytes.toString()])),
  }
}

async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(1_000_000, at)
}

describe('a zip', () => {
  it('has files and folders with their names counted from where they lie', async () => {
    for (const path of ['a/b/1.txt', 'a/b/c/图 2.txt', 'a/3.txt', '4.txt']) await setup.upload(path, path)
    await setup.seed(['a/b/empty/', 'a/'])
    const { name, contents } = await zip(['a/b/', 'a/3.txt', 'a/b/c/'])
    assert.equal(name, `${ENV}.zip`)
    assert.deepEqual(contents, {
      '3.txt': 'a/3.txt',
      'b/1.txt': 'a/b/1.txt',
      'b/c/图 2.txt': 'a/b/c/图 2.txt',
      'b/empty/': '',
    })
    assert.equal((await zip(['a/b/'])).name, 'b.zip')
    assert.deepEqual(Object.keys((await zip([''])).contents), [
      '4.txt',
      'a/',
      'a/3.txt',
      'a/b/1.txt',
      'a/b/c/图 2.txt',
      'a/b/empty/',
    ])
  })

  it('compresses what is worth it', async () => {
    for (const path of ['a.txt', 'a.jpg', 'a.mp4', 'a.svg', 'a.zip', 'a.docx'])
      await setup.upload(path, 'a'.repeat(999))
    const { entries } = await zip([''])
    const compressed = [...entries].filter(([, entry]) => entry.compressed).map(([path]) => path)
    assert.deepEqual(compressed, ['a.svg', 'a.txt'])
  })

  it('leaves out a file that has gone since it was listed', async () => {
    // Larger than what is read ahead: the zip cannot get past it before somebody reads.
    await setup.upload('a/1.mp4', megabytes(3))
    for (const path of ['a/2.txt', 'a/3.txt']) await setup.upload(path, path)
    const { body } = await storage.openZip(ADMIN, await storage.createZip(ADMIN, asPaths(['a/'])), never)
    await storage.remove(ADMIN, [`cloud://${ENV}/a/3.txt`])
    assert.deepEqual([...readZip(Buffer.concat(await body.toArray())).keys()], ['a/1.mp4', 'a/2.txt'])
  })

  it('has the new bytes of a file that is overwritten right before it is read', async () => {
    await setup.upload('a.txt', 'old')
    setup.hooks.beforeRead = async () => {
      delete setup.hooks.beforeRead
      await setup.upload('a.txt', 'newer')
      await setup.emptyTrash()
    }
    assert.deepEqual((await zip([''])).contents, { 'a.txt': 'newer' })
  })

  it('is made no faster than it is read, and ends when its reader goes', async () => {
    for (const path of ['a/1.mp4', 'a/2.mp4', 'a/3.mp4']) await setup.upload(path, megabytes(3))
    const open = async (signal: AbortSignal): Promise<Readable> =>
      (await storage.openZip(ADMIN, await storage.createZip(ADMIN, asPaths(['a/'])), signal)).body
    const body = await open(never)
    await once(body, 'readable')
    assert.ok(body.readableLength < 2_000_000, `${body.readableLength} bytes wait`)
    body.destroy()
    await once(body, 'close')
    const stop = new AbortController()
    const stopped = await open(stop.signal)
    stop.abort()
    await assert.rejects(stopped.toArray())
    const gone = await open(AbortSignal.abort())
    assert.ok(gone.destroyed)
  })

  it('is there once, within a minute, for whoever asked', async () => {
    await setup.upload('a', 'a')
    const create = () => storage.createZip(ADMIN, asPaths(['a']))
    const open = async (id: string, caller = ADMIN) => (await storage.openZip(caller, id, never)).body.destroy()
    const first = await create()
    await assert.rejects(open(first, { kind: 'admin', keyId: 'somebody-else' }), refused('NOT_FOUND'))
    const both = await Promise.allSettled([open(first), open(first)])
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const late = await create()
    setup.clock.now += 60_000
    await assert.rejects(open(late), refused('NOT_FOUND'))
    await assert.rejects(open('nonsense'), refused('NOT_FOUND'))
    await create()
    assert.equal(await setup.records.count('zip-requests'), 1, 'the old one is swept')
  })

  it('of nothing there is none', async () => {
    await setup.seed(['empty/'])
    for (const path of ['none', 'none/', 'empty/']) {
      await assert.rejects(storage.createZip(ADMIN, asPaths([path])), refused('STORAGE_FILE_NONEXIST'), path)
    }
  })
})
