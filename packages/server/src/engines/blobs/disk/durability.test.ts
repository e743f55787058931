import assert from 'node:assert/strict'
import fs from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { inPieces, listedIds, sampleBytes } from '../blobs.contract.ts'

const MiB = 1024 * 1024

type Callback = (error: Error | null, ...results: unknown[]) => void
type Call = (...args: unknown[]) => void
/** One call of the file system, as it began or as it ended without an error. */
interface Step {
  readonly call: string
  readonly when: 'begun' | 'done'
  readonly path: string
  readonly flags?: unknown
}

let steps: Step[] = []
/** Takes a writev instead of the file system, when a test sets it. */
let onWritev: ((original: Call, args: unknown[]) => void) | undefined
/** The same for open. */
let onOpen: typeof onWritev
const paths = new Map<number, string>()

// A lost sync cannot be seen from outside without cutting the power, so the calls themselves are watched. The engine
// takes the functions when it is loaded: they are replaced first.
function watch(call: 'open' | 'writev' | 'fdatasync' | 'fsync' | 'rename' | 'mkdir'): void {
  const functions = fs as unknown as Record<string, Call>
  const original = functions[call] as Call
  const watched: Call = (...args) => {
    const callback = args.at(-1) as Callback
    const path = typeof args[0] === 'number' ? (paths.get(args[0]) ?? '') : String(args[call === 'rename' ? 1 : 0])
    steps.push({ call, when: 'begun', path, flags: args[1] })
    const done: Callback = (error, ...results) => {
      if (!error) steps.push({ call, when: 'done', path, flags: args[1] })
      if (call === 'open' && !error) paths.set(results[0] as number, path)
      callback(error, ...results)
    }
    const newArgs = [...args.slice(0, -1), done]
    if (call === 'writev' && onWritev) onWritev(original, newArgs)
    else if (call === 'open' && onOpen) onOpen(original, newArgs)
    else original(...newArgs)
  }
  functions[call] = Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original))
}
for (const call of ['open', 'writev', 'fdatasync', 'fsync', 'rename', 'mkdir'] as const) watch(call)
syncBuiltinESMExports()
const { openDiskBlobs } = await import('./disk-blobs.ts')

async function openHere(t: TestContext, filesPerShard = 100, useSegments = false) {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-durable-'))
  const blobs = await openDiskBlobs({ dir, filesPerShard, useSegments })
  steps = []
  t.after(async () => {
    onWritev = undefined
    await blobs.close()
    await rm(dir, { recursive: true })
  })
  return { dir, blobs }
}

function at(call: string, when: Step['when'], part: string): number {
  return steps.findLastIndex((step) => step.call === call && step.when === when && step.path.includes(part))
}

describe('disk blobs: what a write promises is synced before it answers', () => {
  for (const size of [0, 1000, 3 * MiB]) {
    test(`${size} bytes: the data before the rename, the directory after it`, async (t) => {
      const { blobs } = await openHere(t)
      await blobs.write(inPieces(sampleBytes(size)), { limit: 9 * MiB })
      const opened = steps[at('open', 'done', '/tmp/')]
      const syncedByWrite = (Number(opened?.flags) & fs.constants.O_DSYNC) !== 0 && at('writev', 'done', '/tmp/') >= 0
      const renamed = at('rename', 'begun', '/data/')
      assert.ok(renamed > at('writev', 'done', '/tmp/'))
      if (!syncedByWrite) {
        const synced = at('fdatasync', 'done', '/tmp/')
        assert.ok(at('fdatasync', 'begun', '/tmp/') > at('writev', 'done', '/tmp/'), 'synced after the last byte')
        assert.ok(synced >= 0 && renamed > synced, 'renamed after the sync')
      }
      assert.ok(
        at('fsync', 'begun', '/data/000000') > at('rename', 'done', '/data/'),
        'directory synced after the rename',
      )
      assert.ok(at('fsync', 'done', '/data/000000') >= 0, 'and before the answer')
    })
  }

  test('a new shard: its parent is synced before the first rename into it', async (t) => {
    const { dir, blobs } = await openHere(t, 1)
    for (let n = 0; n < 2; n++) await blobs.write(inPieces(sampleBytes(10)), { limit: 100 })
    const made = at('mkdir', 'done', '/data/000001')
    const synced = steps.findIndex((step, n) => n > made && step.call === 'fsync' && step.path === join(dir, 'data'))
    assert.ok(made >= 0 && synced > made)
    assert.ok(at('rename', 'begun', '/data/000001') > synced)
  })

  test('opening syncs the directories that a killed run may have left unsynced', async (t) => {
    const { dir, blobs } = await openHere(t)
    await blobs.close()
    steps = []
    const again = await openDiskBlobs({ dir })
    await again.close()
    const synced = steps.filter((step) => step.call === 'fsync' && step.when === 'done').map((step) => step.path)
    assert.ok(synced.includes(dir) && synced.includes(join(dir, 'data')))
  })
})

describe('segments: what a write promises is synced before it answers', () => {
  /** Where the last byte of a segment is written and synced: one call on Linux, two elsewhere. */
  function syncedAt(): number {
    const opened = steps[at('open', 'done', '.segment')]
    const syncedByWrite = (Number(opened?.flags) & fs.constants.O_DSYNC) !== 0
    return at(syncedByWrite ? 'writev' : 'fdatasync', 'done', '.segment')
  }

  test('the first body: the claim before the segment, the directory after it', async (t) => {
    const { dir, blobs } = await openHere(t, 100, true)
    await blobs.write(inPieces(sampleBytes(1000)), { limit: 9 * MiB })
    const claimed = steps.findIndex((step) => step.when === 'done' && step.path.startsWith(join(dir, 'tmp/')))
    const made = at('open', 'begun', '.segment')
    const claimSynced = steps.findIndex((step) => step.call === 'fsync' && step.path === join(dir, 'tmp'))
    assert.ok(claimed >= 0 && claimed < claimSynced && claimSynced < made)
    assert.ok(syncedAt() > made)
    assert.ok(at('fsync', 'begun', '/data/000000') > made && at('fsync', 'done', '/data/000000') >= 0)
    assert.equal(steps.filter((step) => step.call === 'rename').length, 0)
  })

  for (const size of [0, 1000]) {
    test(`the next, ${size} bytes: one synced write and nothing else`, async (t) => {
      const { blobs } = await openHere(t, 100, true)
      await blobs.write(inPieces(sampleBytes(10)), { limit: 100 })
      const before = steps.length
      await blobs.write(inPieces(sampleBytes(size)), { limit: 9 * MiB })
      assert.ok(syncedAt() >= before)
      const calls = steps.slice(before).flatMap(({ call, when }) => (when === 'done' ? [call] : []))
      assert.deepEqual(
        calls.filter((call) => call !== 'fdatasync'),
        ['writev'],
      )
    })
  }

  test('bodies that come while one is written are written together, and answered after that', async (t) => {
    const { blobs } = await openHere(t, 100, true)
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    await blobs.write(inPieces(sampleBytes(10)), { limit: 100 })
    steps = []
    onWritev = (original, args) => void held.then(() => original(...args))
    let answered = 0
    const writing = Array.from({ length: 9 }, async (_, n) => {
      const { id } = await blobs.write(inPieces(sampleBytes(1000 + n)), { limit: 9 * MiB })
      answered++
      return id
    })
    for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
    assert.equal(answered, 0)
    release()
    const ids = await Promise.all(writing)
    assert.equal(steps.filter(({ call, when }) => call === 'writev' && when === 'done').length, 2)
    for (const [n, id] of ids.entries()) assert.ok(sampleBytes(1000 + n).equals(await blobs.readAll(id)))
  })
})

test('segments: a list that meets a segment at the moment at which it becomes files lists what lives in it', async (t) => {
  const { dir, blobs } = await openHere(t, 100, true)
  const ids = await Promise.all(
    Array.from({ length: 6 }, async () => (await blobs.write(inPieces(sampleBytes(9000)), { limit: MiB })).id),
  )
  await blobs.close()
  const again = await openDiskBlobs({ dir })
  // The directory has been read when the first segment is opened.
  await again.remove(ids.slice(1))
  onOpen = (original, args) => {
    onOpen = undefined
    assert.match(String(args[0]), /\.segment$/)
    void again.removeUnfinished().then(() => original(...args))
  }
  assert.deepEqual(await listedIds(again), ids.slice(0, 1))
  assert.deepEqual(await readdir(join(dir, 'data', '000000')), [ids[0]?.slice('000000-'.length)])
  await again.close()
})

describe('segments: the disk takes less than it was given', () => {
  /** Takes the first 10 bytes of a write, then no more. */
  function fullDisk(): void {
    let writes = 0
    onWritev = (original, args) => {
      const [fd, chunks, ...rest] = args
      const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      if (++writes % 2 === 0) (args.at(-1) as Callback)(full)
      else original(fd, [(chunks as Uint8Array[])[0]?.subarray(0, 10)], ...rest)
    }
  }

  test('short writes are continued', async (t) => {
    const { blobs } = await openHere(t, 100, true)
    onWritev = (original, [fd, chunks, ...rest]) => {
      const [first] = chunks as Uint8Array[]
      original(fd, [first?.subarray(0, Math.ceil(first.byteLength / 2))], ...rest)
    }
    const sizes = [1000, 2000, 3000, 0]
    const written = await Promise.all(sizes.map((size) => blobs.write(inPieces(sampleBytes(size)), { limit: MiB })))
    for (const { id, size } of written) assert.ok(sampleBytes(size).equals(await blobs.readAll(id)))
  })

  test('a full disk refuses the bodies and leaves nothing of them, and those before are there', async (t) => {
    const { dir, blobs } = await openHere(t, 100, true)
    fullDisk()
    await assert.rejects(blobs.write(inPieces(sampleBytes(1000)), { limit: MiB }), { code: 'ENOSPC' })
    assert.deepEqual([...(await readdir(join(dir, 'tmp'))), ...(await readdir(join(dir, 'data', '000000')))], [])
    onWritev = undefined
    const { id: before } = await blobs.write(inPieces(sampleBytes(500)), { limit: MiB })
    fullDisk()
    const refused = [1000, 2000, 3000].map((size) =>
      assert.rejects(blobs.write(inPieces(sampleBytes(size)), { limit: MiB }), { code: 'ENOSPC' }),
    )
    await Promise.all(refused)
    assert.deepEqual(await listedIds(blobs), [before])
    onWritev = undefined
    const { id: after } = await blobs.write(inPieces(sampleBytes(700)), { limit: MiB })
    assert.deepEqual(await listedIds(blobs), [before, after].sort())
    for (const [id, size] of [[before, 500] as const, [after, 700] as const]) {
      assert.ok(sampleBytes(size).equals(await blobs.readAll(id)))
    }
  })
})

describe('disk blobs: the disk takes less than it was given', () => {
  for (const size of [1000, 3 * MiB]) {
    test(`short writes are continued, ${size} bytes`, async (t) => {
      const { blobs } = await openHere(t)
      onWritev = (original, [fd, chunks, ...rest]) => {
        const [first] = chunks as Uint8Array[]
        original(fd, [first?.subarray(0, Math.ceil(first.byteLength / 2))], ...rest)
      }
      const { id } = await blobs.write(inPieces(sampleBytes(size)), { limit: 9 * MiB })
      assert.ok(sampleBytes(size).equals(await blobs.readAll(id)))
    })

    test(`a full disk refuses the body and leaves nothing, ${size} bytes`, async (t) => {
      const { dir, blobs } = await openHere(t)
      let writes = 0
      onWritev = (original, args) => {
        const [fd, chunks, ...rest] = args
        const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
        if (++writes > 1) (args.at(-1) as Callback)(full)
        else original(fd, [(chunks as Uint8Array[])[0]?.subarray(0, 10)], ...rest)
      }
      await assert.rejects(blobs.write(inPieces(sampleBytes(size)), { limit: 9 * MiB }), { code: 'ENOSPC' })
      assert.deepEqual(await listedIds(blobs), [])
      assert.deepEqual(await readdir(join(dir, 'tmp')), [])
    })
  }

  test('a slow disk slows the source: one batch on its way, one in memory', async (t) => {
    const { blobs } = await openHere(t)
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    onWritev = (original, args) => void held.then(() => original(...args))
    let pulled = 0
    async function* source() {
      for await (const piece of inPieces(sampleBytes(8 * MiB))) {
        pulled += piece.byteLength
        yield piece
      }
    }
    const writing = blobs.write(source(), { limit: 9 * MiB })
    while (at('writev', 'begun', '/tmp/') < 0) await new Promise<void>((resolve) => setImmediate(resolve))
    for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
    assert.ok(pulled > 2 * MiB && pulled < 2.5 * MiB, `${pulled} bytes were pulled`)
    assert.equal(steps.filter((step) => step.call === 'writev').length, 1)
    release()
    const { id } = await writing
    assert.ok(sampleBytes(8 * MiB).equals(await blobs.readAll(id)))
  })
})
