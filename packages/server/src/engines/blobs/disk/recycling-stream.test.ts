import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs, { fstatSync, openSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, describe, test } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { RecyclingStream } from './recycling-stream.ts'

const dir = await mkdtemp(join(tmpdir(), 'cloudstead-recycling-'))
after(() => rm(dir, { recursive: true }))
const SIZE = 3_000_000
const bytes = randomBytes(SIZE)
const file = join(dir, 'file')
writeFileSync(file, bytes)

/** Copies a piece only when it is done with it, as a slow connection does. */
function slowTarget(highWaterMark: number, wait: () => Promise<unknown> = setImmediate) {
  const pieces: Buffer[] = []
  const target = new Writable({
    highWaterMark,
    async write(piece: Buffer, _encoding, done) {
      await wait()
      pieces.push(Buffer.from(piece))
      done()
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

  test('reads that return less than was asked for, as on a network drive, arrive whole', async ({ mock }) => {
    const { read } = fs
    const short = (fd: number, buffer: Buffer, offset: number, length: number, ...more: [number, () => void]) =>
      read(fd, buffer, offset, Math.min(length, 100_000), ...more)
    const mocked = mock.method(fs, 'read', short)
    syncBuiltinESMExports()
    const { target, received } = slowTarget(1, () => setTimeout(5))
    await pipeline(new RecyclingStream(openSync(file, 'r'), 0, SIZE), target)
    mocked.mock.restore()
    syncBuiltinESMExports()
    assert.ok(received().equals(bytes))
  })

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
