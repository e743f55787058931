import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { fstatSync, openSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { RecyclingStream } from './recycling-stream.ts'

const dir = await mkdtemp(join(tmpdir(), 'cloudstead-recycling-'))
after(() => rm(dir, { recursive: true }))
const SIZE = 3_000_000
const bytes = randomBytes(SIZE)
const file = join(dir, 'file')
writeFileSync(file, bytes)

/** Copies a piece only when it is done with it, as a slow connection does. */
function slowTarget(highWaterMark: number) {
  const pieces: Buffer[] = []
  const target = new Writable({
    highWaterMark,
    write(piece: Buffer, _encoding, done) {
      setImmediate(() => {
        pieces.push(Buffer.from(piece))
        done()
      })
    },
  })
  return { target, received: () => Buffer.concat(pieces) }
}

describe('a stream whose pieces share their memory', () => {
  for (const highWaterMark of [1, 16 * 1024]) {
    for (const [start, length] of [
      [0, SIZE],
      [1, SIZE - 1],
      [700_001, 1],
      [SIZE - 600_000, 600_000],
      [5, 512 * 1024],
    ] as const) {
      test(`${length} bytes from ${start} arrive whole at a slow target (${highWaterMark})`, async () => {
        const { target, received } = slowTarget(highWaterMark)
        await pipeline(new RecyclingStream(openSync(file, 'r'), start, length), target)
        assert.ok(received().equals(bytes.subarray(start, start + length)))
      })
    }
  }

  test('the file is closed at the end, and when the stream is destroyed in the middle of a read', async () => {
    const isOpen = (fd: number) => {
      try {
        return fstatSync(fd).isFile()
      } catch {
        return false
      }
    }
    const [whole, part] = [openSync(file, 'r'), openSync(file, 'r')]
    for await (const _ of new RecyclingStream(whole, 0, SIZE)) {
      // Only the end matters.
    }
    const stream = new RecyclingStream(part, 0, SIZE)
    stream.read()
    stream.destroy()
    while (isOpen(whole) || isOpen(part)) await setTimeout(5)
  })

  test('a file that became shorter is an error', async () => {
    const short = join(dir, 'short')
    writeFileSync(short, bytes)
    const stream = new RecyclingStream(openSync(short, 'r'), 0, SIZE)
    truncateSync(short, 1_000_000)
    await assert.rejects(async () => {
      for await (const _ of stream) {
        // Until it fails.
      }
    }, /became shorter/)
  })
})
