import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ChunkBatch } from './chunk-batch.ts'
import { dropBytes } from './files.ts'

const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 600 })

test('a batch gives back the bytes in order, however they were cut', () => {
  fc.assert(
    fc.property(pieces, (chunks) => {
      const batch = new ChunkBatch()
      for (const chunk of chunks) batch.add(chunk)
      const whole = Buffer.concat(chunks)
      assert.equal(batch.size, whole.byteLength)
      assert.ok(whole.equals(Buffer.concat(batch.take())))
      assert.equal(batch.size, 0)
      assert.deepEqual(batch.take(), [])
    }),
  )
})

test('large chunks are kept as they are, tiny ones are merged', () => {
  const large = Array.from({ length: 16 }, () => new Uint8Array(65536))
  const batch = new ChunkBatch()
  for (const chunk of large) batch.add(chunk)
  const kept = batch.take()
  assert.ok(kept.length === 16 && kept.every((chunk, n) => chunk === large[n]))

  for (let n = 0; n < 100_000; n++) batch.add(new Uint8Array(1))
  assert.equal(batch.size, 100_000)
  assert.ok(batch.take().length < 1000)
})

test('dropBytes leaves what a short write has not written', () => {
  fc.assert(
    fc.property(pieces, fc.nat(2000), (chunks, count) => {
      assert.ok(
        Buffer.concat(chunks)
          .subarray(count)
          .equals(Buffer.concat(dropBytes(chunks, count))),
      )
    }),
  )
})
