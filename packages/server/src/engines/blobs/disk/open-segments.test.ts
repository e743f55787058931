import assert from 'node:assert/strict'
import { mkdtemp, readdir, readlink, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { inPieces, listedIds, sampleBytes } from '../blobs.contract.ts'
import { type BlobId, BlobMissingError, type Blobs } from '../blobs.ts'
import { type CrashPoint, type DiskBlobsOptions, openDiskBlobs } from './disk-blobs.ts'
import { createOpenSegments } from './open-segments.ts'
import { segmentFile, smallPlaceOf } from './segment-name.ts'

const BODY_BYTES = 20 * 1024

async function makeDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-open-segments-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}

async function openIn(t: TestContext, options: DiskBlobsOptions): Promise<Blobs> {
  const blobs = await openDiskBlobs(options)
  t.after(() => blobs.close())
  return blobs
}

function storeMany(blobs: Blobs, count: number): Promise<BlobId[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      return (await blobs.write(inPieces(sampleBytes(BODY_BYTES, n + 1)), { limit: BODY_BYTES })).id
    }),
  )
}

/** Whether each of the bodies is read as it was written; undefined for one that is missing. */
function readAll(blobs: Blobs, ids: readonly BlobId[]): Promise<(boolean | undefined)[]> {
  return Promise.all(
    ids.map(async (id, n) => {
      try {
        return sampleBytes(BODY_BYTES, n + 1).equals(await blobs.readAll(id))
      } catch (error) {
        if (error instanceof BlobMissingError) return undefined
        throw error
      }
    }),
  )
}

/** The open files of this process below a directory. */
async function openFilesIn(dir: string): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
  return (await Promise.all(links)).filter((path) => path.startsWith(dir)).length
}

function times<T>(count: number, value: T): T[] {
  return Array<T>(count).fill(value)
}

/** A store with one complete segment of ten bodies, each of which has been read. */
async function withSegment(t: TestContext, options: Omit<DiskBlobsOptions, 'dir'>) {
  const dir = await makeDir(t)
  const writer = await openDiskBlobs({ dir })
  const ids = await storeMany(writer, 10)
  await writer.close()
  const blobs = await openIn(t, { dir, ...options })
  assert.deepEqual(await readAll(blobs, ids), times(10, true))
  return { dir, ids, blobs }
}

for (const exclusive of [true, false]) {
  describe(`segments that were read: ${exclusive ? 'one process' : 'several processes'}`, () => {
    test('a body that is removed is missing, the others are not', async (t) => {
      const { dir, ids, blobs } = await withSegment(t, { exclusive })
      const remover = exclusive ? blobs : await openIn(t, { dir })
      await remover.remove(ids.slice(0, 3))
      assert.deepEqual(await readAll(blobs, ids), [...times(3, undefined), ...times(7, true)])
    })

    test('bodies that leave their segment are read, until they are removed', async (t) => {
      const { dir, ids, blobs } = await withSegment(t, { exclusive })
      const remover = exclusive ? blobs : await openIn(t, { dir })
      await remover.remove(ids.slice(0, 8))
      await remover.removeUnfinished()
      assert.deepEqual(
        await readdir(join(dir, 'data', '000000')),
        ids.slice(8).map((id) => id.slice('000000-'.length)),
      )
      assert.deepEqual(await readAll(blobs, ids), [...times(8, undefined), true, true])
      await remover.remove(ids.slice(8, 9))
      assert.deepEqual(await readAll(blobs, ids), [...times(9, undefined), true])
      assert.deepEqual(await listedIds(blobs), ids.slice(9))
    })

    for (const point of ['afterCopies', 'afterSegmentRemoved'] as const) {
      test(`${point}: what is removed then is missing, what is read then is there`, async (t) => {
        const seen: (boolean | undefined)[][] = []
        const hooks = {
          async at(now: CrashPoint) {
            if (now !== point) return
            seen.push(await readAll(blobs, ids))
            await blobs.remove([ids[8] as BlobId])
            seen.push(await readAll(blobs, ids))
          },
        }
        const { ids, blobs } = await withSegment(t, { exclusive, hooks })
        await blobs.remove(ids.slice(0, 8))
        await blobs.removeUnfinished()
        seen.push(await readAll(blobs, ids))
        const after = [...times(9, undefined), true]
        assert.deepEqual(seen, [[...times(8, undefined), true, true], after, after])
      })
    }

    test('a segment that was not there for a moment is read again', async (t) => {
      const { dir, ids, blobs } = await withSegment(t, { exclusive })
      await blobs.close()
      const again = await openIn(t, { dir, exclusive })
      const path = join(dir, 'data', '000000')
      await rename(path, `${path}-away`)
      assert.deepEqual(await readAll(again, ids), times(10, undefined))
      await rename(`${path}-away`, path)
      assert.deepEqual(await readAll(again, ids), times(10, true))
    })

    test('bodies that are read while they and others are removed', async (t) => {
      const { ids, blobs } = await withSegment(t, { exclusive })
      for (const [n, id] of ids.entries()) {
        const [before] = await Promise.all([readAll(blobs, ids), blobs.remove([id])])
        assert.deepEqual(before.slice(n + 1), times(9 - n, true))
        assert.deepEqual(await readAll(blobs, ids), [...times(n + 1, undefined), ...times(9 - n, true)])
      }
    })
  })
}

describe('segments that are kept open', () => {
  const noProc = process.platform !== 'linux' && 'only Linux lists the open files'

  /** Waits until no more than so many files are open: they are closed in the thread pool, and nobody waits for it. */
  async function openAtMost(most: number, dir: string): Promise<number> {
    for (let tries = 0; tries < 500 && (await openFilesIn(dir)) > most; tries++) await setTimeout(10)
    return openFilesIn(dir)
  }

  test('few of many stay open, and none after closing', { skip: noProc }, async (t) => {
    const dir = await makeDir(t)
    const writer = await openDiskBlobs({ dir, filesPerShard: 1 })
    const ids = await storeMany(writer, 150)
    await writer.close()
    const blobs = await openDiskBlobs({ dir, exclusive: true })
    for (let round = 0; round < 2; round++) assert.deepEqual(await readAll(blobs, ids), times(150, true))
    assert.equal(await openAtMost(129, dir), 129, 'and the directory for new bodies')
    await blobs.close()
    assert.equal(await openAtMost(0, dir), 0)
    assert.deepEqual(await readAll(blobs, ids.slice(0, 3)), times(3, true), 'reads go on')
    assert.equal(await openAtMost(0, dir), 0)
  })

  test('a segment that is read while it is being removed is not kept', async (t) => {
    const { dir, ids } = await withSegment(t, { exclusive: false })
    const place = smallPlaceOf(ids[0] as BlobId)
    assert.ok(place)
    const path = join(dir, 'data', place.shard, segmentFile(place.run))
    const open = createOpenSegments({ most: 10 })
    assert.ok(await open.read(path, place))
    await open.removeWith(place, async () => {
      assert.ok(await open.read(path, place))
      await rm(path)
    })
    assert.equal(await open.read(path, place), undefined)
  })

  test('with other processes none stays open', { skip: noProc }, async (t) => {
    const { dir } = await withSegment(t, { exclusive: false })
    assert.equal(await openAtMost(1, dir), 1, 'the directory for new bodies')
  })
})
