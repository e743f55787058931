import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { formatFileId, parseCloudPath } from '@cloudstead/protocol'
import { openDiskBlobs } from '../engines/blobs/disk/disk-blobs.ts'
import { ADMIN, ENV, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage, records, clock } = setup
const never = new AbortController().signal
const remove = (path: string) => storage.remove(ADMIN, [formatFileId(ENV, parseCloudPath(path))])
const trash = async () => (await records.find({ space: 'trash', limit: 1000 })).records

describe('the trash', () => {
  afterEach(async () => {
    await setup.emptyTrash()
    await setup.clear()
  })

  it('keeps the bytes of a deleted file for half a minute, and then removes them once', async () => {
    await setup.upload('a', 'bytes')
    await remove('a')
    clock.now += 29_000
    assert.equal(await storage.emptyTrash(never), 0)
    assert.equal((await setup.blobs()).length, 1)
    clock.now += 2_000
    assert.equal(await storage.emptyTrash(never), 1)
    assert.deepEqual(await setup.blobs(), [])
    assert.deepEqual(await trash(), [])
    assert.equal(await storage.emptyTrash(never), 0)
  })

  it('has nothing of files that are new, and one entry for each replaced or deleted one', async () => {
    for (const path of ['a', 'b', 'c']) await setup.upload(path, path)
    assert.deepEqual(await trash(), [])
    await setup.upload('a', 'again')
    await storage.copy(ADMIN, [{ source: 'a', target: 'b', overwrite: true, removeSource: false }])
    await remove('c')
    assert.equal((await trash()).length, 3)
    await setup.emptyTrash()
    assert.deepEqual(await setup.contents(), { a: 'again', b: 'again' })
    assert.equal((await setup.blobs()).length, 1)
  })

  it('spares bytes that a copy has', async () => {
    await setup.upload('a', 'shared')
    await storage.copy(ADMIN, [{ source: 'a', target: 'b', overwrite: false, removeSource: false }])
    await remove('a')
    await setup.emptyTrash()
    assert.deepEqual(await setup.contents(), { b: 'shared' })
    await remove('b')
    await setup.emptyTrash()
    assert.deepEqual(await setup.blobs(), [])
  })

  it('takes what is due and leaves the rest, also when there is more than one page', async () => {
    const paths = Array.from({ length: 450 }, (_, n) => `f${n}`)
    for (const path of paths) await setup.upload(path, path)
    await Promise.all(paths.slice(0, 420).map(remove))
    clock.now += 20_000
    await Promise.all(paths.slice(420).map(remove))
    clock.now += 15_000
    assert.equal(await storage.emptyTrash(never), 420)
    assert.equal((await trash()).length, 30)
    assert.equal((await setup.blobs()).length, 30)
  })

  it('is not used where the server is the only one: the bytes go at once', async () => {
    const alone = await storageForFile(({ dir }) => openDiskBlobs({ dir, exclusive: true }))
    for (const path of ['a', 'b', 'c']) await alone.upload(path, path)
    await alone.upload('a', 'again')
    await alone.storage.copy(ADMIN, [{ source: 'a', target: 'b', overwrite: true, removeSource: false }])
    await alone.storage.remove(ADMIN, [formatFileId(ENV, parseCloudPath('c'))])
    while ((await alone.blobs()).length > 1) await new Promise((done) => setImmediate(done))
    assert.deepEqual((await alone.records.find({ space: 'trash', limit: 10 })).records, [])
    assert.deepEqual(await alone.contents(), { a: 'again', b: 'again' })
  })
})
