import assert from 'node:assert/strict'
import { cp, mkdtemp, open, readdir, rm, stat, truncate, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import { inPieces, listedIds, sampleBytes } from '../blobs.contract.ts'
import { type BlobId, BlobMissingError, type Blobs } from '../blobs.ts'
import { type CrashPoint, type DiskBlobsOptions, openDiskBlobs } from './disk-blobs.ts'

const KiB = 1024
const HOUR_MS = 60 * 60 * 1000

async function makeDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-segments-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}

async function openIn(t: TestContext, dir: string, options: Omit<DiskBlobsOptions, 'dir'> = {}): Promise<Blobs> {
  const blobs = await openDiskBlobs({ dir, ...options })
  t.after(() => blobs.close())
  return blobs
}

async function store(blobs: Blobs, size: number, seed = 1): Promise<BlobId> {
  return (await blobs.write(inPieces(sampleBytes(size, seed)), { limit: 1024 * KiB, length: size })).id
}

/** Bodies of one size, whose seeds count from 1. */
function storeMany(blobs: Blobs, count: number, size: number): Promise<BlobId[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => store(blobs, size, n + 1)))
}

/** The files below a part of the store's directory. */
async function filesIn(dir: string, part: 'data' | 'tmp' = 'data'): Promise<string[]> {
  const entries = await readdir(join(dir, part), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

async function segmentsIn(dir: string): Promise<string[]> {
  return (await filesIn(dir)).filter((file) => file.endsWith('.segment'))
}

/** The only segment of a store. */
async function segmentPath(dir: string): Promise<string> {
  const [segment] = await segmentsIn(dir)
  return join(dir, 'data', '000000', segment ?? '')
}

describe('segments: what goes into them', () => {
  test('bodies of up to 256 KiB share a file; a larger one is a file, which alone has a path', async (t) => {
    const dir = await makeDir(t)
    const blobs = await openIn(t, dir)
    const small = await Promise.all([0, 1, 256 * KiB].map((size) => store(blobs, size)))
    const large = await store(blobs, 256 * KiB + 1)
    assert.equal((await segmentsIn(dir)).length, 1)
    assert.equal((await filesIn(dir)).length, 2)
    for (const id of small) assert.equal(await blobs.filePath?.(id), undefined)
    assert.equal(await blobs.filePath?.(large), large.replace('-', '/'))
    assert.deepEqual(await listedIds(blobs), [...small, large].sort())
  })

  test('a range of a body, and the whole of an empty one', async (t) => {
    const blobs = await openIn(t, await makeDir(t))
    const [id, empty] = [await store(blobs, 1000), await store(blobs, 0)]
    assert.deepEqual(await buffer(await blobs.read(id, { start: 10, end: 19 })), sampleBytes(1000).subarray(10, 20))
    assert.equal((await buffer(await blobs.read(id, { start: 1000, end: 1001 }))).length, 0)
    assert.equal((await buffer(await blobs.read(empty))).length, 0)
  })

  test('more bodies than a segment has marks for go into the next one', async (t) => {
    const dir = await makeDir(t)
    const blobs = await openIn(t, dir)
    const ids = await storeMany(blobs, 4100, 3)
    assert.equal((await segmentsIn(dir)).length, 2 + 1, 'two in the first directory, which then is full')
    assert.deepEqual(await listedIds(blobs), ids.toSorted())
    for (const n of [0, 4031, 4032, 4095, 4096, 4099]) {
      assert.ok(sampleBytes(3, n + 1).equals(await blobs.readAll(ids[n] as BlobId)), `body ${n}`)
    }
  })

  test('a segment gets no bodies for more than an hour', async (t) => {
    const dir = await makeDir(t)
    const blobs = await openIn(t, dir)
    const first = await store(blobs, 10)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + HOUR_MS + 1000 })
    await store(blobs, 10)
    assert.equal((await segmentsIn(dir)).length, 2)
    t.mock.timers.setTime(Date.now() - 3 * HOUR_MS)
    await store(blobs, 10)
    assert.equal((await segmentsIn(dir)).length, 3, 'nor when the clock is set back')
    assert.ok(sampleBytes(10).equals(await blobs.readAll(first)))
  })

  test('ids that almost name a body name none', async (t) => {
    const dir = await makeDir(t)
    const blobs = await openIn(t, dir)
    const [id, other] = await storeMany(blobs, 2, 100)
    const foreign = [`${id}0`, id?.replace(/..$/, '00'), id?.replace(/-0[^-]*$/, '-0zzzzzzzzzz'), `${id?.slice(0, -9)}`]
    for (const text of foreign) await assert.rejects(blobs.readAll(text as BlobId), BlobMissingError, text)
    await blobs.remove(foreign as BlobId[])
    assert.deepEqual(await listedIds(blobs), [id, other].sort())
  })
})

describe('segments: a write that fails', () => {
  for (const point of ['afterSegmentMade', 'afterAppend'] as const) {
    test(`${point}: nothing is left, and the next one succeeds`, async (t) => {
      let broken = true
      const hooks = {
        at(now: CrashPoint) {
          if (broken && now === point) throw new Error(`broken ${point}`)
        },
      }
      const dir = await makeDir(t)
      const blobs = await openIn(t, dir, { hooks })
      for (const write of await Promise.allSettled([1, 2, 3].map((size) => store(blobs, size)))) {
        assert.match(String(write.status === 'rejected' && write.reason), new RegExp(`broken ${point}`))
      }
      assert.deepEqual([...(await filesIn(dir)), ...(await filesIn(dir, 'tmp'))], [])
      broken = false
      const id = await store(blobs, 1000)
      assert.deepEqual(await listedIds(blobs), [id])
    })
  }

  test('after others: those are there, also for the next opening, and nothing of it is', async (t) => {
    let broken = false
    const hooks = {
      at(now: CrashPoint) {
        if (broken && now === 'afterAppend') throw new Error('broken')
      },
    }
    const dir = await makeDir(t)
    const blobs = await openIn(t, dir, { hooks })
    const before = await storeMany(blobs, 3, 5000)
    broken = true
    await assert.rejects(store(blobs, 7000), /broken/)
    broken = false
    const ids = [...before, await store(blobs, 5000, 4)]
    assert.deepEqual(await listedIds(blobs), ids.toSorted())
    await blobs.close()
    const again = await openIn(t, dir, { exclusive: true })
    assert.deepEqual(await listedIds(again), ids.toSorted())
    for (const [n, id] of ids.entries()) assert.ok(sampleBytes(5000, n + 1).equals(await again.readAll(id)))
  })
})

describe('segments: after a power loss', () => {
  /** What a store would be after a power loss now: a copy, without the end of what is open. */
  async function lossOf(t: TestContext, dir: string): Promise<string> {
    const copy = await makeDir(t)
    await cp(dir, copy, { recursive: true })
    return copy
  }

  const tears: readonly (readonly [string, (path: string) => Promise<void>])[] = [
    ['the end is missing', async (path) => truncate(path, (await stat(path)).size - 6000)],
    ['the header of the last body is missing', (path) => overwrite(path, -12288, 48)],
    ['the bytes of the last body are missing', (path) => overwrite(path, -8192, 4096)],
  ]
  for (const [what, tear] of tears) {
    test(`${what}: the torn body is no blob, the others are whole`, async (t) => {
      const dir = await makeDir(t)
      const blobs = await openIn(t, dir)
      // One after the other, so that each begins on a page; the last takes three pages.
      const ids = [await store(blobs, 10), await store(blobs, 5000), await store(blobs, 10_000)]
      const copy = await lossOf(t, dir)
      await tear(await segmentPath(copy))
      assert.equal((await filesIn(copy, 'tmp')).length, 1)
      const again = await openIn(t, copy, { exclusive: true })
      assert.deepEqual(await listedIds(again), ids.slice(0, 2).sort())
      assert.deepEqual(await filesIn(copy, 'tmp'), [])
      await assert.rejects(again.readAll(ids[2] as BlobId), BlobMissingError)
      assert.ok(sampleBytes(5000).equals(await again.readAll(ids[1] as BlobId)))
      // It is complete now: what is dead in it can go.
      await again.remove(ids)
      await again.removeUnfinished()
      assert.deepEqual(await filesIn(copy), [])
    })
  }

  async function overwrite(path: string, fromEnd: number, length: number): Promise<void> {
    const file = await open(path, 'r+')
    try {
      await file.write(new Uint8Array(length), 0, length, (await file.stat()).size + fromEnd)
    } finally {
      await file.close()
    }
  }

  test('a segment that was only begun is no blob and goes', async (t) => {
    const dir = await makeDir(t)
    const blobs = await openIn(t, dir)
    await store(blobs, 10)
    const copy = await lossOf(t, dir)
    await truncate(await segmentPath(copy), 100)
    const again = await openIn(t, copy, { exclusive: true })
    assert.deepEqual(await listedIds(again), [])
    await again.removeUnfinished()
    assert.deepEqual(await filesIn(copy), [])
  })

  test('where others may write, it waits for a day', async (t) => {
    const dir = await makeDir(t)
    const blobs = await openIn(t, dir)
    const id = await store(blobs, 10)
    const copy = await lossOf(t, dir)
    const other = await openIn(t, copy)
    await other.remove([id])
    await other.removeUnfinished()
    assert.equal((await segmentsIn(copy)).length, 1)
    const [claim] = await filesIn(copy, 'tmp')
    const old = Date.now() / 1000 - 25 * 3600
    await utimes(join(copy, 'tmp', claim ?? ''), old, old)
    await other.removeUnfinished()
    assert.deepEqual([...(await filesIn(copy)), ...(await filesIn(copy, 'tmp'))], [])
  })
})

describe('segments: removing', () => {
  /** A store with one complete segment of ten bodies. */
  async function withSegment(t: TestContext, options: Omit<DiskBlobsOptions, 'dir'> = {}) {
    const dir = await makeDir(t)
    const writer = await openDiskBlobs({ dir })
    const ids = await storeMany(writer, 10, 20 * KiB)
    await writer.close()
    return { dir, ids, blobs: await openIn(t, dir, options) }
  }

  function isBody(bytes: Uint8Array, n: number): boolean {
    return sampleBytes(20 * KiB, n + 1).equals(bytes)
  }

  test('all bodies: the segment goes', async (t) => {
    const { dir, ids, blobs } = await withSegment(t)
    for (const id of ids) await blobs.remove([id])
    assert.deepEqual([...(await filesIn(dir)), ...(await filesIn(dir, 'tmp'))], [])
    assert.deepEqual(await listedIds(blobs), [])
  })

  test('most bodies: what lives becomes files under the same ids, and the segment goes', async (t) => {
    const { dir, ids, blobs } = await withSegment(t)
    const reading = await blobs.read(ids[9] as BlobId)
    await blobs.remove(ids.slice(0, 8))
    assert.equal((await segmentsIn(dir)).length, 1, 'not at once: more may be removed')
    await blobs.removeUnfinished()
    assert.deepEqual(await segmentsIn(dir), [])
    const living = ids.slice(8)
    assert.deepEqual(await listedIds(blobs), living.toSorted())
    assert.ok(isBody(await buffer(reading), 9), 'a reader that had begun')
    for (const [n, id] of living.entries()) {
      assert.ok(isBody(await blobs.readAll(id), n + 8))
      assert.equal(await blobs.filePath?.(id), id.replace('-', '/'))
    }
    await blobs.remove(living)
    assert.deepEqual(await filesIn(dir), [])
  })

  test('few bodies: the segment stays', async (t) => {
    const { dir, ids, blobs } = await withSegment(t)
    await blobs.remove(ids.slice(0, 3))
    await blobs.removeUnfinished()
    assert.equal((await segmentsIn(dir)).length, 1)
    assert.deepEqual(await listedIds(blobs), ids.slice(3).sort())
    for (const id of ids.slice(0, 3)) await assert.rejects(blobs.read(id), BlobMissingError)
  })

  for (const point of ['afterCopies', 'afterSegmentRemoved'] as const) {
    test(`${point}: a list is whole, and who removes a body then removes it`, async (t) => {
      const seen: BlobId[][] = []
      const hooks = {
        async at(now: CrashPoint) {
          if (now !== point) return
          seen.push(await listedIds(blobs))
          await blobs.remove([ids[9] as BlobId])
        },
      }
      const { dir, ids, blobs } = await withSegment(t, { hooks })
      await blobs.remove(ids.slice(0, 8))
      await blobs.removeUnfinished()
      assert.deepEqual(seen, [ids.slice(8).sort()])
      assert.deepEqual(await listedIds(blobs), [ids[8]])
      assert.deepEqual(
        await filesIn(dir),
        [ids[8]].map((id) => id?.slice('000000-'.length)),
      )
    })
  }

  test('while another process moves the bodies: one of them does it', async (t) => {
    let other: Blobs | undefined
    const hooks = {
      async at(now: CrashPoint) {
        if (now === 'afterCopies') await other?.removeUnfinished()
      },
    }
    const { dir, ids, blobs } = await withSegment(t, { hooks })
    other = await openIn(t, dir)
    await blobs.remove(ids.slice(1))
    await blobs.removeUnfinished()
    assert.deepEqual(await listedIds(other), [ids[0]])
    assert.ok(isBody(await other.readAll(ids[0] as BlobId), 0))
    assert.deepEqual(await filesIn(dir, 'tmp'), [])
  })

  test('what another process writes: it goes on writing', async (t) => {
    const dir = await makeDir(t)
    const [writer, other] = [await openIn(t, dir), await openIn(t, dir)]
    const ids = await storeMany(writer, 10, 1000)
    await other.remove(ids)
    await other.removeUnfinished()
    const id = await store(writer, 2000)
    for (const blobs of [writer, other]) {
      assert.deepEqual(await listedIds(blobs), [id])
      assert.ok(sampleBytes(2000).equals(await blobs.readAll(id)))
    }
  })

  test('what this process still writes: the segment goes when it is full', async (t) => {
    const dir = await makeDir(t)
    const blobs = await openIn(t, dir, { filesPerShard: 3 })
    const ids = [await store(blobs, 1000), await store(blobs, 1000), await store(blobs, 1000)]
    await blobs.remove(ids.slice(0, 2))
    assert.deepEqual(await listedIds(blobs), ids.slice(2))
    await blobs.remove(ids)
    assert.equal((await segmentsIn(dir)).length, 1)
    const next = await store(blobs, 1000)
    await blobs.close()
    assert.equal((await segmentsIn(dir)).length, 1)
    const again = await openIn(t, dir)
    assert.deepEqual(await listedIds(again), [next])
  })

  test('a body that comes back under its id from another store is there again', async (t) => {
    const { ids, blobs } = await withSegment(t)
    const id = ids[4] as BlobId
    await blobs.remove([id])
    await blobs.write(inPieces(sampleBytes(20 * KiB, 5)), { limit: 1024 * KiB, id })
    assert.ok(isBody(await blobs.readAll(id), 4))
    assert.deepEqual(await listedIds(blobs), ids.toSorted())
    await blobs.remove([id])
    await assert.rejects(blobs.readAll(id), BlobMissingError)
  })
})

test('segments: blobs that are files stay where they are', async (t) => {
  const dir = await makeDir(t)
  const before = await openDiskBlobs({ dir, useSegments: false })
  const file = await store(before, 1000)
  await before.close()
  const blobs = await openIn(t, dir)
  const body = await store(blobs, 2000)
  assert.deepEqual(await listedIds(blobs), [file, body].sort())
  assert.ok(sampleBytes(1000).equals(await blobs.readAll(file)))
})
