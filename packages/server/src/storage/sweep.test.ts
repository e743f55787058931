import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { CloudPath } from '@cloudstead/protocol'
import { listedIds, sampleBytes } from '../engines/blobs/blobs.contract.ts'
import type { BlobId, Blobs, ListedBlob, ListOptions } from '../engines/blobs/blobs.ts'
import { openDiskBlobs } from '../engines/blobs/disk/disk-blobs.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { type BlobOwner, createBlobReferences } from './blob-references.ts'
import { filePut } from './file-record.ts'
import type { StorageOptions } from './options.ts'
import { filesAsBlobOwner } from './store.ts'
import { sweepBlobs } from './sweep.ts'

const ENV = 'demo-1abcde'
const DAY = 24 * 60 * 60 * 1000
const signal = new AbortController().signal

async function* oneByte(): AsyncGenerator<Uint8Array> {
  yield sampleBytes(1)
}

describe('the sweep', () => {
  let dir: string
  let records: Records
  let blobs: Blobs
  let now: number

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cloudstead-sweep-'))
    records = await openSqliteRecords({ file: join(dir, 'records.sqlite') })
    blobs = await openDiskBlobs({ dir: join(dir, 'blobs'), filesPerShard: 20 })
    now = Date.now()
  })
  afterEach(async () => {
    await records.close()
    await blobs.close()
    await rm(dir, { recursive: true })
  })

  /** What a service in a process of its own would have. */
  function optionsWith(own: Partial<StorageOptions> = {}, ...owners: readonly BlobOwner[]): StorageOptions {
    const references = createBlobReferences()
    for (const owner of [...owners, filesAsBlobOwner(records)]) references.add(owner)
    return { env: ENV, records, blobs, references, now: () => now, ...own } as StorageOptions
  }
  const write = async (on = blobs) => (await on.write(oneByte(), { limit: 1 })).id
  const writeMany = (count: number) => Promise.all(Array.from({ length: count }, () => write()))
  const file = (path: string, blob: BlobId) =>
    filePut(ENV, {
      path: path as CloudPath,
      blob,
      size: 1,
      sha256: '',
      contentType: '',
      createdAt: 1,
      updatedAt: 1,
    })

  test('removes what no file names and nothing else, in many pages and shards', async () => {
    const ids = await writeMany(2500)
    const named = ids.filter((_, at) => at % 3 !== 0)
    // Copies share their bytes.
    await records.commit(
      named.flatMap((id, at) => [file(`a/${at}`, id), ...(at % 5 === 0 ? [file(`b/${at}`, id)] : [])]),
    )
    now += 2 * DAY
    assert.equal(await sweepBlobs(optionsWith(), signal), ids.length - named.length)
    assert.deepEqual(await listedIds(blobs), named.toSorted())
    assert.equal(await sweepBlobs(optionsWith(), signal), 0)
  })

  test('spares what is younger than a day: it may be about to be named', async () => {
    const id = await write()
    now += DAY - 1000
    assert.equal(await sweepBlobs(optionsWith(), signal), 0)
    now += 2000
    assert.equal(await sweepBlobs(optionsWith(), signal), 1)
    assert.deepEqual(await listedIds(blobs), [])
    await assert.rejects(blobs.readAll(id), { name: 'BlobMissingError' })
  })

  test('takes at once what a process left that has ended, where the engine is alone; never what is being uploaded', async () => {
    const left = await write()
    await blobs.close()
    // Another millisecond, so that the dates differ.
    await new Promise((done) => setTimeout(done, 2))
    blobs = await openDiskBlobs({ dir: join(dir, 'blobs'), filesPerShard: 20, exclusive: true })
    const inFlight = await write()
    assert.equal(await sweepBlobs(optionsWith(), signal), 1)
    assert.deepEqual(await listedIds(blobs), [inFlight])
    assert.notEqual(left, inFlight)
  })

  test('asks every owner', async () => {
    const [first, second, third] = (await writeMany(3)).toSorted() as [BlobId, BlobId, BlobId]
    await records.commit([file('a', second)])
    now += 2 * DAY
    const owner: BlobOwner = {
      async *pages() {
        yield []
        yield [first, first]
      },
      needs: async (id) => id === first,
    }
    assert.equal(await sweepBlobs(optionsWith({}, owner), signal), 1)
    assert.deepEqual(await listedIds(blobs), [first, second])
    assert.notEqual(third, second)
  })

  test('asks again right before it removes: a reference that moved while it was walked is found', async () => {
    const id = await write()
    now += 2 * DAY
    // As the walk would see it that passed the new place before the reference moved there.
    const blind: BlobOwner = { async *pages() {}, needs: (wanted) => filesAsBlobOwner(records).needs(wanted) }
    await records.commit([file('a', id)])
    const references = createBlobReferences()
    references.add(blind)
    assert.equal(await sweepBlobs(optionsWith({ references }), signal), 0)
    assert.deepEqual(await listedIds(blobs), [id])
  })

  test('two at once do no harm', async () => {
    const ids = await writeMany(300)
    const named = ids.filter((_, at) => at % 2 === 0)
    await records.commit(named.map((id, at) => file(`${at}`, id)))
    now += 2 * DAY
    const sweeps = [1, 2].map(() => sweepBlobs(optionsWith(), signal))
    for (const count of await Promise.all(sweeps)) assert.ok(count > 0 && count <= 150)
    assert.deepEqual(await listedIds(blobs), named.toSorted())
  })

  test('where others may write too, each blob is judged once', async () => {
    const dated: ListedBlob[] = []
    const removed: BlobId[] = []
    const shared = {
      exclusiveSince: undefined,
      async *list({ since = 0 }: ListOptions = {}) {
        yield* dated.filter(({ writtenAt }) => writtenAt >= since)
      },
      async remove(ids: readonly BlobId[]) {
        removed.push(...ids)
      },
    } as unknown as Blobs
    const owner: BlobOwner = { async *pages() {}, needs: async (id) => id.startsWith('kept') }
    const sweepNow = () => sweepBlobs(optionsWith({ blobs: shared }, owner), signal)
    dated.push({ id: 'a' as BlobId, writtenAt: now }, { id: 'kept' as BlobId, writtenAt: now })
    assert.equal(await sweepNow(), 0)
    now += 2 * DAY
    dated.push({ id: 'z' as BlobId, writtenAt: now })
    assert.equal(await sweepNow(), 1)
    now += DAY / 2
    assert.equal(await sweepNow(), 0)
    now += DAY
    assert.equal(await sweepNow(), 1)
    assert.deepEqual(removed, ['a', 'z'])
    const listed: (number | undefined)[] = []
    shared.list = ({ since } = {}) => {
      listed.push(since)
      return (async function* () {
        yield* []
      })()
    }
    await sweepNow()
    assert.ok((listed[0] ?? 0) > now - 1.1 * DAY, 'the days before are not listed')
  })

  test('files that get other names meanwhile keep their bytes', async () => {
    const ids = await writeMany(1500)
    await records.commit(ids.map((id, at) => file(`${at}`, id)))
    now += 2 * DAY
    const references = createBlobReferences()
    const files = filesAsBlobOwner(records)
    let pages = 0
    references.add({
      ...files,
      async *pages(within, from) {
        for await (const page of files.pages(within, from)) {
          // Some of their entries come before the place of the walk, some after it.
          const named = ids.slice(pages * 500, pages * 500 + 500).entries()
          const moves = [...named].filter(([at]) => at % 20 === 0)
          for (const [at, id] of moves) {
            const from = `${pages * 500 + at}`
            await records.commit([file(`moved ${from}`, id), { op: 'delete', ...fileKeyOf(from) }])
          }
          pages += 1
          yield page
        }
      },
    })
    const fileKeyOf = (path: string) => {
      const { space, id } = file(path, '' as BlobId)
      return { space, id }
    }
    assert.equal(await sweepBlobs(optionsWith({ references }), signal), 0)
    assert.equal(pages, 3)
    assert.deepEqual(await listedIds(blobs), ids.toSorted())
  })

  test('ends with the reason of its signal', async () => {
    await writeMany(50)
    now += 2 * DAY
    const stop = new AbortController()
    const stopping: Blobs = {
      ...blobs,
      async *list() {
        for await (const blob of blobs.list()) {
          yield blob
          stop.abort(new Error('the server stops'))
        }
      },
    }
    await assert.rejects(sweepBlobs(optionsWith({ blobs: stopping }), stop.signal), /the server stops/)
    assert.equal((await listedIds(blobs)).length, 50)
    assert.equal(await sweepBlobs(optionsWith(), signal), 50)
  })

  test('holds a page of the blobs and a page of the references, however many there are', async () => {
    const COUNT = 200_000
    const PAGE = 500
    const idAt = (at: number) => String(at).padStart(9, '0') as BlobId
    const isOrphan = (at: number) => at % 1000 === 7
    let listed = 0
    let referenced = 0
    let orphans = 0
    let removed = 0
    const most = { ahead: 0, behind: 0, waiting: 0 }
    const many = {
      async *list(): AsyncGenerator<ListedBlob> {
        for (; listed < COUNT; listed += 1) {
          yield { id: idAt(listed), writtenAt: 0 }
          if (isOrphan(listed)) orphans += 1
          most.waiting = Math.max(most.waiting, orphans - removed)
          most.ahead = Math.max(most.ahead, referenced - listed)
          most.behind = Math.max(most.behind, listed - referenced)
        }
      },
      async remove(ids: readonly BlobId[]) {
        assert.ok(ids.every((id) => isOrphan(Number(id))))
        removed += ids.length
      },
    } as unknown as Blobs
    const references = createBlobReferences()
    references.add({
      async *pages() {
        for (let at = 0; at < COUNT; at += PAGE) {
          referenced = at + PAGE
          yield Array.from({ length: PAGE }, (_, offset) => at + offset)
            .filter((n) => !isOrphan(n))
            .map(idAt)
        }
      },
      needs: async (id) => !isOrphan(Number(id)),
    })
    assert.equal(await sweepBlobs(optionsWith({ blobs: many, references }), signal), COUNT / 1000)
    assert.ok(most.ahead <= PAGE, `${most.ahead} references were read ahead`)
    assert.ok(most.behind <= PAGE, `${most.behind} blobs were listed ahead`)
    assert.ok(most.waiting <= 1, `${most.waiting} orphans waited`)
  })
})
