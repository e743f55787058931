import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { type BlobId, BlobLengthError, BlobMissingError, type Blobs, BlobTooLargeError } from './blobs.ts'

/** A store that only one test uses. */
export interface BlobsPlace {
  /** Opens the store. Opening it again opens the same store. */
  open(): Promise<Blobs>
  /** Removes the store. */
  dispose(): Promise<void>
}

const KiB = 1024
const MiB = 1024 * KiB
const LIMIT = 32 * MiB

/** Bytes in which a lost, repeated or moved chunk is noticed. */
export function sampleBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let state = seed >>> 0 || 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

/** A body in chunks, as a socket delivers it. */
export async function* inPieces(bytes: Uint8Array, pieceBytes = 64 * KiB): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

/** A body in chunks that have memory of their own, as a request delivers it. */
export function* ownChunks(bytes: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < bytes.byteLength; at += 64 * KiB) {
    const piece = bytes.subarray(at, at + 64 * KiB)
    const chunk = Buffer.allocUnsafeSlow(piece.byteLength)
    chunk.set(piece)
    yield chunk
  }
}

/** The ids that the store lists, starting after `after`. */
export async function listedIds(blobs: Blobs, after?: BlobId): Promise<BlobId[]> {
  const ids: BlobId[] = []
  for await (const { id } of blobs.list(after === undefined ? {} : { after })) ids.push(id)
  return ids
}

function hex(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex')
}

function store(blobs: Blobs, bytes: Uint8Array) {
  return blobs.write(inPieces(bytes), { limit: LIMIT, length: bytes.byteLength })
}

async function* brokenSource(): AsyncGenerator<Uint8Array> {
  yield sampleBytes(9 * MiB)
  throw new Error('connection lost')
}

/** The contract of the blobs seam; every engine passes it. */
export function blobsContract(name: string, makePlace: () => Promise<BlobsPlace>): void {
  describe(`blobs contract: ${name}`, () => {
    let place: BlobsPlace
    let blobs: Blobs

    beforeEach(async () => {
      place = await makePlace()
      blobs = await place.open()
    })
    afterEach(async () => {
      await blobs.close()
      await place.dispose()
    })

    for (const size of [0, 1, 200 * KiB, MiB - 1, MiB, MiB + 1, 20 * MiB]) {
      for (const announced of [true, false]) {
        test(`round trip of ${size} bytes, length ${announced ? 'known' : 'unknown'}`, async () => {
          const bytes = sampleBytes(size)
          const options = announced ? { limit: LIMIT, length: size } : { limit: LIMIT }
          const written = await blobs.write(inPieces(bytes), options)
          assert.match(written.id, /^[a-z0-9-]+$/)
          assert.equal(written.size, size)
          assert.equal(written.sha256, hex('sha256', bytes))
          assert.equal(written.md5, undefined)
          assert.ok(bytes.equals(await buffer(await blobs.read(written.id))), 'read')
          assert.ok(bytes.equals(await blobs.readAll(written.id)), 'readAll')
        })
      }
    }

    test('tiny pieces and a Node stream make the same blob as large pieces', async () => {
      const bytes = sampleBytes(300 * KiB)
      for (const source of [inPieces(bytes, 7), Readable.from(inPieces(bytes, 50 * KiB))]) {
        const { id } = await blobs.write(source, { limit: LIMIT })
        assert.ok(bytes.equals(await blobs.readAll(id)))
      }
    })

    test('disposable chunks make the same blob, others stay as they are', async () => {
      for (const size of [100 * KiB, 700 * KiB, 5 * MiB]) {
        const bytes = sampleBytes(size)
        const chunks = [...ownChunks(bytes)]
        const options = { limit: LIMIT, length: size, md5: true }
        const kept = await blobs.write(Readable.from(chunks), options)
        assert.ok(bytes.equals(Buffer.concat(chunks)), 'stay')
        const disposed = await blobs.write(Readable.from(chunks), { ...options, disposable: true })
        assert.deepEqual({ ...disposed, id: kept.id }, kept)
        for (const { id } of [kept, disposed]) assert.ok(bytes.equals(await blobs.readAll(id)), `${size}`)
      }
    })

    test('the MD5 is computed on request', async () => {
      for (const size of [0, 10, 2 * MiB]) {
        const bytes = sampleBytes(size)
        const written = await blobs.write(inPieces(bytes), { limit: LIMIT, md5: true })
        assert.equal(written.md5, hex('md5', bytes))
        assert.equal(written.sha256, hex('sha256', bytes))
      }
    })

    test('the same bytes twice are two blobs', async () => {
      const [first, second] = [await store(blobs, sampleBytes(10)), await store(blobs, sampleBytes(10))]
      assert.notEqual(first.id, second.id)
      await blobs.remove([first.id])
      assert.equal((await blobs.readAll(second.id)).byteLength, 10)
    })

    test('a body of exactly the limit is taken', async () => {
      const { size } = await blobs.write(inPieces(sampleBytes(3 * MiB)), { limit: 3 * MiB })
      assert.equal(size, 3 * MiB)
    })

    test('an announced length over the limit is refused before the body is read', async () => {
      let pulled = 0
      async function* source() {
        pulled++
        yield sampleBytes(10)
      }
      await assert.rejects(blobs.write(source(), { limit: 9, length: 10 }), BlobTooLargeError)
      assert.equal(pulled, 0)
      assert.deepEqual(await listedIds(blobs), [])
    })

    for (const limit of [100 * KiB, 3 * MiB]) {
      test(`an endless body is refused near the limit of ${limit} bytes, and its source is closed`, async () => {
        let pulled = 0
        let ended = false
        async function* endless() {
          try {
            for (;;) {
              pulled += 64 * KiB
              yield sampleBytes(64 * KiB)
            }
          } finally {
            ended = true
          }
        }
        await assert.rejects(blobs.write(endless(), { limit }), BlobTooLargeError)
        assert.ok(pulled <= limit + 64 * KiB, `${pulled} bytes were read`)
        assert.equal(ended, true)
        assert.deepEqual(await listedIds(blobs), [])
      })
    }

    for (const size of [100, 2 * MiB]) {
      test(`a body of ${size} bytes is refused when another length was announced`, async () => {
        for (const length of [size - 1, size + 1, 0]) {
          const refused = blobs.write(inPieces(sampleBytes(size)), { limit: LIMIT, length })
          await assert.rejects(refused, BlobLengthError)
        }
        assert.deepEqual(await listedIds(blobs), [])
      })
    }

    for (const size of [10, 5 * MiB]) {
      test(`a source that fails after ${size} bytes leaves nothing`, async () => {
        async function* failing() {
          yield* inPieces(sampleBytes(size))
          throw new Error('connection lost')
        }
        await assert.rejects(blobs.write(failing(), { limit: LIMIT }), /connection lost/)
        assert.deepEqual(await listedIds(blobs), [])
      })

      test(`a stream that is destroyed after ${size} bytes leaves nothing`, async () => {
        const stream = new Readable({ read() {} })
        stream.push(sampleBytes(size))
        const refused = assert.rejects(blobs.write(stream, { limit: LIMIT, length: size + 1 }))
        setImmediate(() => stream.destroy())
        await refused
        assert.deepEqual(await listedIds(blobs), [])
      })
    }

    test('ranges: both ends count', async () => {
      const bytes = sampleBytes(3 * MiB)
      const { id } = await store(blobs, bytes)
      const last = bytes.byteLength - 1
      for (const [start, end] of [
        [0, 0],
        [5, 9],
        [0, last],
        [last, last],
        [MiB - 1, MiB],
        [100, 2 * MiB + 7],
      ] as const) {
        const part = await buffer(await blobs.read(id, { start, end }))
        assert.ok(bytes.subarray(start, end + 1).equals(part), `${start}-${end}`)
      }
    })

    test('a range that ends beyond the blob ends with it', async () => {
      const { id } = await store(blobs, sampleBytes(100))
      const part = await buffer(await blobs.read(id, { start: 90, end: 1000 }))
      assert.ok(sampleBytes(100).subarray(90).equals(part))
    })

    test('an invalid range is refused', async () => {
      const { id } = await store(blobs, sampleBytes(100))
      for (const range of [
        { start: -1, end: 5 },
        { start: 6, end: 5 },
        { start: 0.5, end: 5 },
        { start: 0, end: Number.NaN },
      ]) {
        await assert.rejects(blobs.read(id, range), RangeError)
      }
    })

    test('a blob that is removed while it is read is read whole', async () => {
      const bytes = sampleBytes(8 * MiB)
      const { id } = await store(blobs, bytes)
      const stream = await blobs.read(id)
      const iterator = stream[Symbol.asyncIterator]()
      const first: Buffer = (await iterator.next()).value
      await blobs.remove([id])
      const pieces = [first]
      for await (const piece of { [Symbol.asyncIterator]: () => iterator }) pieces.push(piece)
      assert.ok(bytes.equals(Buffer.concat(pieces)))
      await assert.rejects(blobs.read(id), BlobMissingError)
    })

    test('a removed blob is missing; removing it again is fine', async () => {
      const kept = await store(blobs, sampleBytes(5))
      const gone = await store(blobs, sampleBytes(6))
      await blobs.remove([gone.id])
      await blobs.remove([gone.id, gone.id])
      await blobs.remove([])
      await assert.rejects(blobs.read(gone.id), BlobMissingError)
      await assert.rejects(blobs.readAll(gone.id), BlobMissingError)
      assert.deepEqual(await listedIds(blobs), [kept.id])
    })

    test('a string that is not an id is a missing blob, and removing it does nothing', async () => {
      const { id } = await store(blobs, sampleBytes(5))
      const foreign = [
        '',
        '.',
        '..',
        '/',
        '../../etc/passwd',
        '/etc/passwd',
        `${id}x`,
        `${id}/..`,
        `../${id}`,
        `${id}\0`,
      ]
      foreign.push(id.toUpperCase(), `${id}\n`, 'constructor', '000000')
      for (const text of foreign) {
        await assert.rejects(blobs.read(text as BlobId), BlobMissingError, text)
        await assert.rejects(blobs.readAll(text as BlobId), BlobMissingError, text)
      }
      await blobs.remove(foreign as BlobId[])
      assert.deepEqual(await listedIds(blobs), [id])
    })

    test('list gives every blob and the time it was finished', async () => {
      const before = Date.now()
      const written = await Promise.all([1, 2, 3, 4, 5].map((size) => store(blobs, sampleBytes(size))))
      const after = Date.now()
      const listed = []
      for await (const blob of blobs.list()) listed.push(blob)
      assert.deepEqual(listed.map(({ id }) => id).sort(), written.map(({ id }) => id).sort())
      // A store may round to whole seconds.
      for (const { writtenAt } of listed) assert.ok(writtenAt >= before - 1000 && writtenAt <= after + 1000)
    })

    test('list is in ascending order of the ids and starts after any of them', async () => {
      for (let round = 0; round < 3; round += 1) {
        await Promise.all(Array.from({ length: 13 }, (_, size) => store(blobs, sampleBytes(size))))
      }
      const ids = await listedIds(blobs)
      assert.equal(ids.length, 39)
      assert.deepEqual(ids, ids.toSorted())
      for (const [at, id] of ids.entries()) assert.deepEqual(await listedIds(blobs, id), ids.slice(at + 1), id)
      // The last id of an earlier page may have been removed.
      const [removed] = ids.splice(20, 1)
      await blobs.remove([removed as BlobId])
      assert.deepEqual(await listedIds(blobs, removed), ids.slice(20))
      assert.deepEqual(await listedIds(blobs, '~' as BlobId), [])
      assert.deepEqual(await listedIds(blobs, '' as BlobId), ids)
    })

    test('writes and removals during a list do not affect other blobs in it', async () => {
      await Promise.all(Array.from({ length: 10 }, (_, size) => store(blobs, sampleBytes(size))))
      const before = await listedIds(blobs)
      const listed: BlobId[] = []
      for await (const { id } of blobs.list()) {
        listed.push(id)
        if (listed.length > 10) continue
        await blobs.remove([id])
        await store(blobs, sampleBytes(100))
      }
      assert.deepEqual(listed, [...new Set(listed)].sort())
      for (const id of before) assert.ok(listed.includes(id), id)
    })

    test('64 writes at once are 64 whole blobs', async () => {
      const bodies = Array.from({ length: 64 }, (_, n) => sampleBytes(n % 16 === 0 ? 2 * MiB : 1000 + n, n + 1))
      const written = await Promise.all(bodies.map((body) => store(blobs, body)))
      assert.equal(new Set(written.map(({ id }) => id)).size, 64)
      for (const [n, { id }] of written.entries()) assert.ok(bodies[n]?.equals(await blobs.readAll(id)), `body ${n}`)
    })

    test('blobs survive a reopen', async () => {
      const written = await Promise.all([10, 2 * MiB].map((size) => store(blobs, sampleBytes(size))))
      await blobs.close()
      blobs = await place.open()
      const more = await store(blobs, sampleBytes(11))
      assert.deepEqual(await listedIds(blobs), [...written, more].map(({ id }) => id).sort())
      for (const { id, size } of [...written, more]) assert.ok(sampleBytes(size).equals(await blobs.readAll(id)))
    })

    test('two engines on one store: neither interferes with a write of the other, and both see all blobs', async () => {
      const { promise: opened, resolve } = Promise.withResolvers<void>()
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      async function* slow() {
        yield sampleBytes(3 * MiB)
        begin()
        await opened
        yield sampleBytes(10, 2)
      }
      const writing = blobs.write(slow(), { limit: LIMIT })
      await begun
      const other = await place.open()
      try {
        const [ours, theirs] = await Promise.all(
          [blobs, other].map((engine) => Promise.all([1, 2, 3, 4, 5].map((size) => store(engine, sampleBytes(size))))),
        )
        resolve()
        const { id } = await writing
        const all = [...(ours ?? []), ...(theirs ?? []), { id }].map((blob) => blob.id).sort()
        for (const engine of [blobs, other]) {
          assert.deepEqual(await listedIds(engine), all)
          assert.equal((await engine.readAll(id)).byteLength, 3 * MiB + 10)
        }
        await other.remove(ours?.map((blob) => blob.id) ?? [])
        assert.equal((await listedIds(blobs)).length, 6)
        assert.equal((await store(blobs, sampleBytes(7))).size, 7)
      } finally {
        await other.close()
      }
    })

    test('a blob keeps the id that it had in another store', async () => {
      const ids = ['00001a-0mhfg2k3a-0123456789abcdef-3', '20261130-0mhfg2k3a-0123456789abcdef-z'] as BlobId[]
      const own = await store(blobs, sampleBytes(8))
      for (const id of ids) {
        for (const size of [10, 9 * MiB]) {
          // Again, as after an interruption.
          const written = await blobs.write(inPieces(sampleBytes(size)), { limit: LIMIT, id })
          assert.equal(written.id, id)
          assert.equal(written.size, size)
        }
        assert.ok(sampleBytes(9 * MiB).equals(await blobs.readAll(id)))
      }
      assert.deepEqual(await listedIds(blobs), [...ids, own.id].sort())
      for (const id of ids) await assert.rejects(blobs.write(brokenSource(), { limit: LIMIT, id: `${id}1` as BlobId }))
      await blobs.remove(ids)
      assert.deepEqual(await listedIds(blobs), [own.id])
      for (const id of ['', '../x', 'x', `${ids[0]}/x`]) {
        await assert.rejects(blobs.write(inPieces(sampleBytes(5)), { limit: LIMIT, id: id as BlobId }), RangeError)
      }
      assert.deepEqual(await listedIds(blobs), [own.id])
    })

    test('a list since a time has every blob that was written since then', async () => {
      const early = await store(blobs, sampleBytes(5))
      const since = Date.now() - 1000
      const late = await store(blobs, sampleBytes(6))
      const listed: BlobId[] = []
      for await (const { id } of blobs.list({ since })) listed.push(id)
      assert.ok(listed.includes(late.id))
      assert.ok(listed.every((id) => id === early.id || id === late.id))
    })

    test('the mark of a store is put there once, and is no blob', async () => {
      assert.equal(await blobs.mark(), undefined)
      const other = await place.open()
      const [first, second] = await Promise.all([blobs.mark('{"store":"a"}'), other.mark('{"store":"b"}')])
      await other.close()
      assert.equal(first, second)
      assert.match(String(first), /^\{"store":"[ab]"\}$/)
      assert.equal(await blobs.mark('{"store":"c"}'), first)
      assert.equal(await blobs.mark(), first)
      assert.deepEqual(await listedIds(blobs), [])
      await blobs.remove(['cloudstead.json' as BlobId])
      assert.equal(await blobs.mark(), first)
    })

    test('a store that answers passes the check, and removing unfinished writes removes no blob', async () => {
      await blobs.check()
      const { id } = await store(blobs, sampleBytes(5))
      await blobs.removeUnfinished()
      assert.deepEqual(await listedIds(blobs), [id])
    })

    test('close waits for a write in progress and refuses new ones', async () => {
      const writing = store(blobs, sampleBytes(2 * MiB))
      await blobs.close()
      await blobs.close()
      const { id } = await writing
      await assert.rejects(store(blobs, sampleBytes(1)), /closed/)
      blobs = await place.open()
      assert.deepEqual(await listedIds(blobs), [id])
    })
  })
}
