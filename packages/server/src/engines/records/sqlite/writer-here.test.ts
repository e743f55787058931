import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { QueuedCommit } from './batch.ts'
import { openForReading } from './schema.ts'
import { startWriter } from './writer-client.ts'
import { writerHere } from './writer-here.ts'

const commit = (id: string, bytes = 1): QueuedCommit => ({
  writes: [{ space: 's', id, value: '1' }],
  expectations: [{ space: 's', id, version: null }],
  bytes,
})
const many = (count: number) => Array.from({ length: count }, (_, at) => commit(`many-${at}`))

describe('commits in the calling thread', () => {
  let folder: string
  let options: Parameters<typeof writerHere>[0]
  let db: DatabaseSync
  const ids = () => db.prepare('SELECT id FROM records ORDER BY id').all().length
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'writer-here-'))
    options = { file: join(folder, 'records.db'), cacheKib: 64, changesKept: 10, followMs: 1_000 }
    db = await openForReading(options.file, 64)
  })
  afterEach(async () => {
    db.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('are written when they are few and small', () => {
    const here = writerHere(options)
    assert.deepEqual(here.write(many(8))?.outcomes, Array(8).fill('done'))
    here.finish()
    assert.equal(ids(), 8)
  })

  for (const [what, jobs] of [
    ['many', many(9)],
    ['large', [commit('large', 64 * 1024 + 1)]],
  ] as const) {
    test(`are left to a thread when they are ${what}`, () => {
      const here = writerHere(options)
      assert.equal(here.write(jobs), undefined)
      here.leave()
      assert.equal(ids(), 0)
    })
  }

  test('do not wait for the lock of another process', () => {
    const here = writerHere(options)
    const other = new DatabaseSync(options.file)
    other.exec('BEGIN IMMEDIATE')
    const began = performance.now()
    assert.equal(here.write([commit('a')]), undefined)
    assert.ok(performance.now() - began < 4_000)
    other.close()
    here.leave()
    assert.equal(ids(), 0)
  })

  test('are answered as they are judged, without a thread', () => {
    const here = writerHere(options)
    const twice = here.write([commit('a'), commit('a')])
    assert.deepEqual(twice?.outcomes, ['done', { conflict: [{ space: 's', id: 'a' }] }])
    here.finish()
  })

  test('and in the thread that follows are each done once', async () => {
    const writer = startWriter(options, () => {})
    assert.equal(await writer.submit(commit('first')), 'done')
    const outcomes = await Promise.all(many(100).map((job) => writer.submit(job)))
    assert.deepEqual(new Set(outcomes), new Set(['done']))
    assert.equal(await writer.submit(commit('last')), 'done')
    await writer.close()
    assert.equal(ids(), 102)
    assert.equal(db.prepare('SELECT version FROM counters').get()?.version, 102)
  })

  test('that find the lock taken are done by the thread, which waits', async () => {
    const writer = startWriter(options, () => {})
    assert.equal(await writer.submit(commit('first')), 'done')
    const other = new DatabaseSync(options.file)
    other.exec('BEGIN IMMEDIATE')
    const waiting = writer.submit(commit('second'))
    setTimeout(() => other.exec('COMMIT'), 50)
    assert.equal(await waiting, 'done')
    other.close()
    await writer.close()
    assert.equal(ids(), 2)
  })
})
