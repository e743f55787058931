import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createHotCache } from './hot-cache.ts'

const KiB = 1024

function bytes(length: number, fill = 1): Uint8Array {
  return Buffer.allocUnsafeSlow(length).fill(fill)
}

describe('hot cache', () => {
  test('keeps what was put, and gives back the same memory', () => {
    const cache = createHotCache({ maxBytes: 100 * KiB, maxItemBytes: 10 * KiB })
    const picture = bytes(5 * KiB)
    cache.put('a', picture)
    assert.equal(cache.get('a'), picture)
    assert.equal(cache.get('b'), undefined)
  })

  test('the least recently used entry leaves first', () => {
    const cache = createHotCache({ maxBytes: 35 * KiB, maxItemBytes: 10 * KiB })
    for (const id of ['a', 'b', 'c']) cache.put(id, bytes(10 * KiB))
    cache.get('a')
    cache.put('d', bytes(10 * KiB))
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].filter((id) => cache.get(id)),
      ['a', 'c', 'd'],
    )
  })

  test('an item that is too long is not kept and pushes nothing out', () => {
    const cache = createHotCache({ maxBytes: 35 * KiB, maxItemBytes: 10 * KiB })
    cache.put('a', bytes(10 * KiB))
    cache.put('long', bytes(10 * KiB + 1))
    assert.equal(cache.get('long'), undefined)
    assert.ok(cache.get('a'))
  })

  test('empty items are bounded too', () => {
    const cache = createHotCache({ maxBytes: 64 * KiB, maxItemBytes: KiB })
    for (let n = 0; n < 10_000; n++) cache.put(`e${n}`, bytes(0))
    const kept = Array.from({ length: 10_000 }, (_, n) => cache.get(`e${n}`)).filter((item) => item !== undefined)
    assert.ok(kept.length > 0 && kept.length <= 128, `${kept.length} kept`)
  })

  test('a view of a large buffer is copied, so that it does not keep the buffer', () => {
    const cache = createHotCache({ maxBytes: 64 * KiB, maxItemBytes: KiB })
    cache.put('a', bytes(1024 * KiB, 7).subarray(5, 15))
    const kept = cache.get('a')
    assert.deepEqual(kept && [...kept], Array(10).fill(7))
    assert.equal(kept?.buffer.byteLength, 10)
  })

  test('a maximum of nothing keeps nothing', () => {
    const cache = createHotCache({ maxBytes: 0, maxItemBytes: KiB })
    cache.put('a', bytes(1))
    assert.equal(cache.get('a'), undefined)
    assert.equal(cache.bytes, 0)
  })

  test('load: many at once run the loader once, later ones not at all', async () => {
    const cache = createHotCache({ maxBytes: 64 * KiB, maxItemBytes: KiB })
    let loads = 0
    const loader = async () => {
      loads++
      return bytes(10)
    }
    const all = await Promise.all(Array.from({ length: 20 }, () => cache.load('a', loader)))
    all.push(await cache.load('a', loader))
    assert.equal(loads, 1)
    assert.equal(new Set(all).size, 1)
  })

  test('load: a failure reaches everybody who waited and is not kept', async () => {
    const cache = createHotCache({ maxBytes: 64 * KiB, maxItemBytes: KiB })
    const failing = () => Promise.reject(new Error('disk gone'))
    const outcomes = await Promise.allSettled([cache.load('a', failing), cache.load('a', failing)])
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['rejected', 'rejected'],
    )
    assert.equal((await cache.load('a', async () => bytes(3))).byteLength, 3)
  })

  test('load: what is dropped while it loads is answered and not kept', async () => {
    const cache = createHotCache({ maxBytes: 64 * KiB, maxItemBytes: KiB })
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    const loaded = cache.load('a', () => promise)
    cache.drop('a')
    resolve(bytes(3))
    assert.equal((await loaded).byteLength, 3)
    assert.equal(cache.get('a'), undefined)
    assert.equal(cache.bytes, 0)
  })

  /** Room for seven of the longest. One that was dropped waits to be used again. */
  const LENT = { maxBytes: 256 * KiB, maxItemBytes: 32 * KiB }

  function filled(length: number, fill: number) {
    return async (allocate: (length: number) => Uint8Array) => allocate(length).fill(fill)
  }

  test('lend: the memory of a dropped item that all readers gave back is used for another one', async () => {
    const cache = createHotCache(LENT)
    const [first, second] = await Promise.all([1, 2].map(() => cache.lend('a', filled(32 * KiB, 1))))
    assert.equal(cache.lendKept('b'), undefined)
    const third = cache.lendKept('a')
    assert.ok(first?.bytes === second?.bytes)
    first?.giveBack()
    first?.giveBack()
    assert.ok(third?.bytes === first?.bytes)
    third?.giveBack()
    cache.drop('a')
    const other = await cache.lend('b', filled(32 * KiB, 2))
    assert.ok(other.bytes.buffer !== first?.bytes.buffer, 'the second still reads')
    assert.ok(second?.bytes.every((byte) => byte === 1))
    second?.giveBack()
    const next = await cache.lend('c', filled(30 * KiB, 3))
    assert.ok(next.bytes.buffer === first?.bytes.buffer)
    assert.deepEqual([next.bytes.byteLength, new Set(next.bytes)], [30 * KiB, new Set([3])])
  })

  test('lend: what is given back while it is kept stays as it is', async () => {
    const cache = createHotCache(LENT)
    const loan = await cache.lend('a', filled(32 * KiB, 1))
    loan.giveBack()
    await cache.lend('b', filled(32 * KiB, 2))
    assert.ok(cache.get('a')?.every((byte) => byte === 1))
  })

  test('lend: memory that was also given out without end is not used again', async () => {
    const cache = createHotCache(LENT)
    const loan = await cache.lend('a', filled(32 * KiB, 1))
    const loaded = await cache.load('a', filled(32 * KiB, 9))
    loan.giveBack()
    cache.drop('a')
    await cache.lend('b', filled(32 * KiB, 2))
    assert.ok(loaded.every((byte) => byte === 1))
  })

  test('lend: those who wait for a load get its bytes, however full the cache is', async () => {
    const cache = createHotCache(LENT)
    const fills = Array.from({ length: 50 }, (_, n) => n)
    const waiting = fills.flatMap((fill) =>
      [1, 2].map(async () => {
        const loan = await cache.lend(`${fill}`, filled(32 * KiB, fill))
        assert.deepEqual(new Set(loan.bytes), new Set([fill]))
        await Promise.resolve()
        assert.deepEqual(new Set(loan.bytes), new Set([fill]))
        loan.giveBack()
      }),
    )
    await Promise.all(waiting)
    assert.ok(cache.bytes > 0 && cache.bytes <= LENT.maxBytes)
  })

  test('lend: a failure reaches everybody who waited, and the next one loads', async () => {
    const cache = createHotCache(LENT)
    const failing = () => Promise.reject(new Error('disk gone'))
    for (const one of [cache.lend('a', failing), cache.lend('a', failing)]) await assert.rejects(one, /disk gone/)
    assert.equal((await cache.lend('a', filled(32 * KiB, 1))).bytes[0], 1)
  })

  test('whatever happens, it holds at most its maximum, counts nothing twice, and ends at zero', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const step = fc.oneof(
      fc.record({ op: fc.constant('put' as const), id, length: fc.nat(3 * KiB) }),
      fc.record({ op: fc.constantFrom('get' as const, 'drop' as const), id }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = createHotCache({ maxBytes: 6 * KiB, maxItemBytes: 2 * KiB })
        for (const one of steps) {
          if (one.op === 'put') cache.put(one.id, bytes(one.length))
          else cache[one.op](one.id)
          assert.ok(cache.bytes >= 0 && cache.bytes <= 6 * KiB)
        }
        for (const one of ['a', 'b', 'c', 'd', 'e']) cache.drop(one)
        assert.equal(cache.bytes, 0)
      }),
    )
  })
})
