import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, type TestContext, test } from 'node:test'
import { listedIds, sampleBytes } from '../blobs.contract.ts'
import type { BlobId } from '../blobs.ts'
import { type CrashPoint, openDiskBlobs } from './disk-blobs.ts'

/** Where the kill strikes, whether the blob is there afterwards, and how many temps wait for the next opening. */
const KILLS: readonly (readonly [CrashPoint, { blob: boolean; temps: number }])[] = [
  ['afterTempWrite', { blob: false, temps: 1 }],
  ['afterDatasync', { blob: false, temps: 1 }],
  ['afterRename', { blob: true, temps: 0 }],
  ['afterDirectorySync', { blob: true, temps: 0 }],
]

/** A body that tells its own size and content: 4 bytes seed, 4 bytes size of the rest, the rest. */
const BODY = `
  function body(seed, size) {
    const head = Buffer.alloc(8)
    head.writeUInt32LE(seed, 0)
    head.writeUInt32LE(size, 4)
    return Buffer.concat([head, sampleBytes(size, seed)])
  }
`

function isWhole(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.length >= 8 && sampleBytes(view.readUInt32LE(4), view.readUInt32LE(0)).equals(view.subarray(8))
}

/** Runs code in a process of its own, with a store in `dir`; `acked(id)` prints an id that a write answered. */
function runChild(t: TestContext, dir: string, options: string, code: string): ChildProcess {
  const script = `
    import { openDiskBlobs } from ${JSON.stringify(new URL('./disk-blobs.ts', import.meta.url).href)}
    import { inPieces, sampleBytes } from ${JSON.stringify(new URL('../blobs.contract.ts', import.meta.url).href)}
    import { writeSync } from 'node:fs'
    ${BODY}
    const acked = (id) => writeSync(1, id + '\\n')
    const store = (seed, size) => blobs.write(inPieces(body(seed, size)), { limit: 1e9 })
    const options = ${options}
    const blobs = await openDiskBlobs({ dir: ${JSON.stringify(dir)}, filesPerShard: 100, ...options })
    ${code}
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

/** Hooks that kill the process at a point, once they are armed. */
function killAt(point: CrashPoint): string {
  return `{ armed: false, at(now) { if (this.armed && now === '${point}') process.kill(process.pid, 'SIGKILL') } }`
}

/** What a process printed before it was killed. */
async function linesUntilKilled(child: ChildProcess): Promise<string[]> {
  const lines: string[] = []
  if (child.stdout) for await (const line of createInterface(child.stdout)) lines.push(line)
  const [, signal] = child.signalCode ? [null, child.signalCode] : await once(child, 'exit')
  assert.equal(signal, 'SIGKILL')
  return lines
}

async function makeDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-crash-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}

describe('disk blobs: killed at a named instant', () => {
  for (const [point, after] of KILLS) {
    for (const size of [1000, 3_000_000]) {
      test(`${point}, ${size} bytes`, async (t) => {
        const dir = await makeDir(t)
        const code = `acked((await store(1, 500)).id); options.hooks.armed = true; await store(2, ${size})`
        const child = runChild(t, dir, `{ useSegments: false, hooks: ${killAt(point)} }`, code)
        const acked = await linesUntilKilled(child)
        assert.equal(acked.length, 1)

        assert.equal((await readdir(join(dir, 'tmp'))).length, after.temps)
        const blobs = await openDiskBlobs({ dir, exclusive: true })
        assert.deepEqual(await readdir(join(dir, 'tmp')), [])
        const ids = await listedIds(blobs)
        assert.ok(ids.includes(acked[0] as BlobId), 'what was answered is there')
        assert.equal(ids.length, after.blob ? 2 : 1)
        for (const id of ids) assert.ok(isWhole(await blobs.readAll(id)), id)
        await blobs.close()
      })
    }
  }
})

describe('disk blobs: killed at a named instant of a segment', () => {
  /** After the first body is answered: what is done then, and how many bodies are there in the end. */
  const kills = [
    ['afterSegmentMade', { filesPerShard: 1, code: 'await store(2, 1000)', bodies: 1 }],
    ['afterAppend', { filesPerShard: 100, code: 'await store(2, 1000)', bodies: 2 }],
    ['afterIndex', { filesPerShard: 100, code: 'await blobs.close()', bodies: 1 }],
  ] as const
  for (const [point, { filesPerShard, code, bodies }] of kills) {
    test(point, async (t) => {
      const dir = await makeDir(t)
      const options = `{ filesPerShard: ${filesPerShard}, hooks: ${killAt(point)} }`
      const child = runChild(t, dir, options, `acked((await store(1, 500)).id); options.hooks.armed = true; ${code}`)
      const [acked] = await linesUntilKilled(child)
      const blobs = await openDiskBlobs({ dir, exclusive: true })
      assert.deepEqual(await readdir(join(dir, 'tmp')), [])
      const ids = await listedIds(blobs)
      assert.ok(ids.includes(acked as BlobId), 'what was answered is there')
      assert.equal(ids.length, bodies)
      for (const id of ids) assert.ok(isWhole(await blobs.readAll(id)), id)
      await blobs.close()
    })
  }

  for (const point of ['afterCopies', 'afterSegmentRemoved'] as const) {
    test(`${point}, while what lives in a segment becomes files`, async (t) => {
      const dir = await makeDir(t)
      const code = `
        const ids = []
        for (let n = 0; n < 8; n++) ids.push((await store(n, 50_000)).id)
        await blobs.close()
        acked(ids[2]); acked(ids[5])
        options.hooks.armed = true
        const again = await openDiskBlobs({ dir: ${JSON.stringify(dir)}, ...options })
        await again.remove(ids.filter((id) => id !== ids[2] && id !== ids[5]))
        await again.removeUnfinished()
      `
      const acked = await linesUntilKilled(runChild(t, dir, `{ hooks: ${killAt(point)} }`, code))
      const blobs = await openDiskBlobs({ dir, exclusive: true })
      assert.deepEqual(await listedIds(blobs), acked)
      for (const id of acked) assert.ok(isWhole(await blobs.readAll(id as BlobId)), id)
      await blobs.removeUnfinished()
      assert.deepEqual(await listedIds(blobs), acked)
      const files = await readdir(join(dir, 'data', '000000'))
      assert.deepEqual(files.map((file) => `000000-${file}`).sort(), acked)
      await blobs.remove(acked as BlobId[])
      assert.deepEqual(await listedIds(blobs), [])
      assert.deepEqual(await readdir(join(dir, 'tmp')), [])
      await blobs.close()
    })
  }
})

test('disk blobs: killed under load again and again, nothing answered is lost and nothing is half', async (t) => {
  const dir = await makeDir(t)
  const acked = new Set<string>()
  for (let round = 0; round < 4; round++) {
    const code = `
      let seed = ${round} * 100000
      async function worker(size) { for (;;) acked((await store(++seed, size)).id) }
      for (let n = 0; n < 12; n++) worker(n === 0 ? 2_000_000 : 1000 * n)
    `
    const child = runChild(t, dir, 'undefined', code)
    const target = acked.size + 60 + 25 * round
    if (child.stdout) {
      for await (const line of createInterface(child.stdout)) {
        acked.add(line)
        if (acked.size === target) child.kill('SIGKILL')
      }
    }
    const blobs = await openDiskBlobs({ dir, exclusive: true })
    const ids = new Set<string>(await listedIds(blobs))
    for (const id of acked) assert.ok(ids.has(id), `${id} was answered`)
    for (const id of ids) assert.ok(isWhole(await blobs.readAll(id as BlobId)), `${id} is whole`)
    assert.deepEqual(await readdir(join(dir, 'tmp')), [])
    await blobs.close()
  }
  assert.ok(acked.size >= 60 + 85 + 110 + 135)
})

test('disk blobs: of two processes on one directory one is killed under load; the other one, and what both answered, stay', async (t) => {
  const dir = await makeDir(t)
  const acked = new Set<string>()
  /** Writes two blobs at a time, of which it removes one, until it is killed after so many answers. */
  async function runUntil(answers: number, seed: number): Promise<void> {
    const code = `
      let seed = ${seed}
      async function worker(size) {
        for (;;) {
          const [{ id: gone }, { id }] = [await store(++seed, size), await store(++seed, size)]
          await blobs.remove([gone])
          acked(id)
        }
      }
      for (let n = 0; n < 8; n++) worker(500 * n)
    `
    const child = runChild(t, dir, '{ filesPerShard: 40 }', code)
    let count = 0
    if (child.stdout) {
      for await (const line of createInterface(child.stdout)) {
        acked.add(line)
        if (++count === answers) child.kill('SIGKILL')
      }
    }
  }
  await Promise.all([runUntil(30, 0), runUntil(120, 100_000)])
  for (const exclusive of [false, true]) {
    const blobs = await openDiskBlobs({ dir, exclusive })
    await blobs.removeUnfinished()
    const ids = await listedIds(blobs)
    const listed = new Set<string>(ids)
    for (const id of acked) assert.ok(listed.has(id), `${id} was answered`)
    for (const id of ids) assert.ok(isWhole(await blobs.readAll(id)), `${id} is whole`)
    // At most what the 16 writers had in their hands when they were killed.
    assert.ok(ids.length <= acked.size + 2 * 16, `${ids.length} are there, ${acked.size} were answered`)
    await blobs.close()
  }
})
