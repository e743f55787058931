import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, type TestContext, test } from 'node:test'
import { blobsContract, inPieces, listedIds, ownChunks, sampleBytes } from '../blobs.contract.ts'
import type { BlobId, Blobs } from '../blobs.ts'
import { type CrashPoint, type DiskBlobsOptions, openDiskBlobs } from './disk-blobs.ts'

const MiB = 1024 * 1024
const POINTS: readonly CrashPoint[] = ['afterTempWrite', 'afterDatasync', 'afterRename', 'afterDirectorySync']

function makeDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cloudstead-blobs-'))
}

for (const useSegments of [true, false]) {
  for (const filesPerShard of [4096, 3]) {
    blobsContract(`disk, ${filesPerShard} in a directory, ${useSegments ? 'with' : 'without'} segments`, async () => {
      const dir = await makeDir()
      return {
        open: () => openDiskBlobs({ dir, filesPerShard, useSegments }),
        dispose: () => rm(dir, { recursive: true }),
      }
    })
  }
}

/** A store in which small blobs are files, too. */
async function openHere(t: TestContext, options: Omit<DiskBlobsOptions, 'dir'> = {}) {
  const dir = await makeDir()
  const blobs = await openDiskBlobs({ dir, useSegments: false, ...options })
  t.after(async () => {
    await blobs.close()
    await rm(dir, { recursive: true })
  })
  return { dir, blobs }
}

function store(blobs: Blobs, size: number, seed = 1) {
  return blobs.write(inPieces(sampleBytes(size, seed)), { limit: 64 * MiB, length: size })
}

/** Every file below the store's directory. */
async function allFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

describe('disk blobs: a write that fails leaves no file', () => {
  for (const point of POINTS) {
    for (const size of [1000, 3 * MiB]) {
      test(`failing ${point}, ${size} bytes`, async (t) => {
        let broken = true
        const hooks = {
          at(now: CrashPoint) {
            if (broken && now === point) throw new Error(`broken ${point}`)
          },
        }
        const { dir, blobs } = await openHere(t, { hooks })
        await assert.rejects(store(blobs, size), new RegExp(`broken ${point}`))
        assert.deepEqual(await allFiles(dir), [])
        assert.deepEqual(await listedIds(blobs), [])
        broken = false
        assert.equal((await store(blobs, size)).size, size)
      })
    }
  }

  for (const [what, source, options] of [
    ['too large', () => inPieces(sampleBytes(5 * MiB)), { limit: 4 * MiB }],
    ['longer than announced', () => inPieces(sampleBytes(5 * MiB)), { limit: 9 * MiB, length: 4 * MiB }],
    ['shorter than announced', () => inPieces(sampleBytes(5 * MiB)), { limit: 9 * MiB, length: 6 * MiB }],
    ['small and shorter', () => inPieces(sampleBytes(5)), { limit: 9 * MiB, length: 6 }],
    ['broken source', () => brokenAfter(5 * MiB), { limit: 9 * MiB }],
  ] as const) {
    test(what, async (t) => {
      const { dir, blobs } = await openHere(t)
      await assert.rejects(blobs.write(source(), options))
      assert.deepEqual(await allFiles(dir), [])
    })
  }

  test('the temp directory is taken away', async (t) => {
    const { dir, blobs } = await openHere(t)
    await rm(join(dir, 'tmp'), { recursive: true })
    for (const size of [10, 3 * MiB]) await assert.rejects(store(blobs, size), { code: 'ENOENT' })
    assert.deepEqual(await allFiles(dir), [])
  })

  test('the shard is taken away', async (t) => {
    const { dir, blobs } = await openHere(t)
    await rm(join(dir, 'data', '000000'), { recursive: true })
    await assert.rejects(store(blobs, 10), { code: 'ENOENT' })
    assert.deepEqual(await allFiles(dir), [])
  })
})

describe('disk blobs: opening removes what a process that has ended left', () => {
  test('where the engine is alone: every temp, and old shards that became empty', async (t) => {
    const { dir, blobs } = await openHere(t, { filesPerShard: 1 })
    const [first, second, third] = [await store(blobs, 1), await store(blobs, 2), await store(blobs, 3)]
    await writeFile(join(dir, 'tmp', '0123456789abcdef-0'), 'half a body')
    await blobs.remove([first.id, third.id])
    await blobs.close()
    const again = await openDiskBlobs({ dir, useSegments: false, filesPerShard: 1, exclusive: true })
    assert.deepEqual(await readdir(join(dir, 'tmp')), [])
    assert.deepEqual((await readdir(join(dir, 'data'))).sort(), ['000001', '000002'])
    assert.deepEqual(await listedIds(again), [second.id])
    await again.close()
  })

  test('where others may write: temps that are a day old, and nothing else', async (t) => {
    const { dir, blobs } = await openHere(t, { filesPerShard: 1 })
    await blobs.remove([(await store(blobs, 1)).id, (await store(blobs, 1)).id])
    const now = Date.now() / 1000
    const temps = ['0123456789abcdef-0', '0123456789abcdef-1'].map((name) => join(dir, 'tmp', name))
    for (const [at, temp] of temps.entries()) {
      await writeFile(temp, 'half a body')
      await utimes(temp, now, now - 23 * 3600 - at * 2 * 3600)
    }
    await (await openDiskBlobs({ dir, useSegments: false, filesPerShard: 1 })).close()
    assert.deepEqual(await readdir(join(dir, 'tmp')), ['0123456789abcdef-0'])
    assert.deepEqual((await readdir(join(dir, 'data'))).sort(), ['000000', '000001'])
  })

  test('an engine says since when it is alone; its blobs are dated later, whatever the clock says', async (t) => {
    const shared = await openHere(t)
    assert.equal(shared.blobs.exclusiveSince, undefined)
    const before = Date.now()
    const { blobs } = await openHere(t, { exclusive: true })
    const since = blobs.exclusiveSince ?? 0
    assert.ok(since >= before && since <= Date.now())
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2020, 0, 1) })
    await store(blobs, 10)
    for await (const { writtenAt } of blobs.list()) assert.equal(writtenAt, since)
  })
})

async function* brokenAfter(size: number) {
  yield* inPieces(sampleBytes(size))
  throw new Error('connection lost')
}

describe('disk blobs: directories', () => {
  test('nothing is open to others', async (t) => {
    const { dir, blobs } = await openHere(t)
    await store(blobs, 10)
    await store(blobs, 3 * MiB)
    const files = await allFiles(dir)
    assert.equal(files.length, 2)
    for (const file of files) assert.equal((await stat(file)).mode & 0o777, 0o600)
    for (const part of ['tmp', 'data', join('data', '000000')]) {
      assert.equal((await stat(join(dir, part))).mode & 0o777, 0o700)
    }
  })

  test('a full shard is followed by the next, also when many writes come at once and after a reopen', async (t) => {
    const { dir, blobs } = await openHere(t, { filesPerShard: 4 })
    await Promise.all(Array.from({ length: 18 }, (_, n) => store(blobs, n)))
    await blobs.close()
    const again = await openDiskBlobs({ dir, useSegments: false, filesPerShard: 4 })
    await Promise.all(Array.from({ length: 5 }, (_, n) => store(again, n)))
    await again.close()
    const shards = (await readdir(join(dir, 'data'))).sort()
    assert.deepEqual(shards, ['000000', '000001', '000002', '000003', '000004', '000005'])
    const counts = await Promise.all(shards.map(async (shard) => (await readdir(join(dir, 'data', shard))).length))
    assert.deepEqual(counts, [4, 4, 4, 4, 4, 3])
  })

  test('a reopened store goes on in its newest shard, whatever was removed before', async (t) => {
    const { dir, blobs } = await openHere(t, { filesPerShard: 2 })
    const written = []
    for (let size = 0; size < 5; size++) written.push((await store(blobs, size)).id)
    await blobs.remove(written.slice(0, 3))
    const again = await openDiskBlobs({ dir, useSegments: false, filesPerShard: 2 })
    await store(again, 5)
    await again.close()
    assert.equal((await readdir(join(dir, 'data', '000000'))).length, 0)
    assert.equal((await readdir(join(dir, 'data', '000002'))).length, 2)
  })

  test('files that are not ours are neither listed nor touched', async (t) => {
    const { dir, blobs } = await openHere(t)
    const { id } = await store(blobs, 10)
    await blobs.close()
    const foreign = ['data/README', 'data/000000/.DS_Store', 'tmp/.DS_Store', 'tmp/notes'].map((path) =>
      join(dir, path),
    )
    for (const file of foreign) await writeFile(file, 'not ours')
    await mkdir(join(dir, 'data', 'lost+found'))
    const again = await openDiskBlobs({ dir, useSegments: false, exclusive: true })
    assert.deepEqual(await listedIds(again), [id])
    await again.close()
    for (const file of foreign) assert.equal((await stat(file)).size, 8)
  })

  test('a blob that is long in coming is dated when it was finished', async (t) => {
    const { blobs } = await openHere(t)
    const { promise: later, resolve } = Promise.withResolvers<void>()
    async function* slow() {
      yield sampleBytes(2 * MiB)
      await later
      yield sampleBytes(1)
    }
    const writing = blobs.write(slow(), { limit: 9 * MiB })
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2040, 0, 1) })
    resolve()
    await writing
    const listed = []
    for await (const { writtenAt } of blobs.list()) listed.push(writtenAt)
    assert.deepEqual(listed, [Date.UTC(2040, 0, 1)])
  })

  test('a directory with the form of an id that climbs out is never reached', async (t) => {
    const { dir, blobs } = await openHere(t)
    await writeFile(join(dir, 'secret'), 'secret')
    await assert.rejects(blobs.readAll('..-secret' as BlobId), { name: 'BlobMissingError' })
    await blobs.remove(['..-secret' as BlobId])
    assert.equal((await stat(join(dir, 'secret'))).size, 6)
  })
})

test('disk blobs: a file has exactly the bytes of the blob, until the blob is removed', async (t) => {
  const { dir, blobs } = await openHere(t)
  const { id } = await store(blobs, 3 * MiB)
  const path = await blobs.filePath?.(id)
  assert.match(path ?? '', /^[a-z0-9]+\/[a-z0-9-]+$/)
  assert.deepEqual(await readFile(join(dir, 'data', path ?? '')), Buffer.from(sampleBytes(3 * MiB, 1)))
  await blobs.remove([id])
  for (const missing of [id, '../../etc/passwd' as BlobId]) assert.equal(await blobs.filePath?.(missing), undefined)
})

test('disk blobs: the memory of disposable chunks is freed when the blob is stored, however it is', async (t) => {
  for (const useSegments of [true, false]) {
    const { blobs } = await openHere(t, { useSegments })
    for (const size of [100 * 1024, 700 * 1024, 5 * MiB]) {
      const chunks = [...ownChunks(sampleBytes(size))]
      await blobs.write(Readable.from(chunks), { limit: 64 * MiB, disposable: true })
      assert.deepEqual(new Set(chunks.map(({ byteLength }) => byteLength)), new Set([0]), `${size}`)
    }
  }
})
