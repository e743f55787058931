import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { encodeKey } from './key-encoding.ts'
import type { IndexEntry, PutWrite, RecordKey, Records, StoredRecord } from './records.ts'
import { reindex } from './reindex.ts'
import { openSqliteRecords } from './sqlite/sqlite-records.ts'

const SPACE = 'things'

function putJson(key: RecordKey, value: unknown, entries: readonly IndexEntry[] = []): PutWrite {
  return { op: 'put', ...key, value: JSON.stringify(value), entries }
}

describe('records that an older version of the program stored', () => {
  let folder: string
  let records: Records
  let count = 0
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reindex-'))
  })
  beforeEach(async () => {
    records = await openSqliteRecords({ file: join(folder, `${count++}.db`) })
  })
  afterEach(() => records.close())
  after(() => rm(folder, { recursive: true }))

  const numberOf = ({ value }: StoredRecord) => (JSON.parse(value) as { n: number }).n
  const put = (record: StoredRecord) =>
    putJson({ space: SPACE, id: record.id }, { n: numberOf(record) }, [
      { index: 'n', key: encodeKey([numberOf(record)]) },
    ])
  const plan = { space: SPACE, entries: 'things-1', put }
  const idOf = (n: number) => `id-${String(n).padStart(5, '0')}`
  /** Like the older version: without entries. */
  const store = (amount: number) =>
    records.commit(Array.from({ length: amount }, (_, n) => putJson({ space: SPACE, id: idOf(n) }, { n })))
  const indexed = async () => (await records.find({ space: SPACE, index: 'n', limit: 10_000 })).records.map(numberOf)
  const range = (to: number) => Array.from({ length: to }, (_, n) => n)

  it('get their entries, whatever their number, once', async () => {
    await store(450)
    assert.deepEqual(await indexed(), [])
    assert.equal(await reindex(records, plan), 450)
    assert.deepEqual(await indexed(), range(450))
    const reading = { ...records, commit: () => assert.fail('nothing is written') }
    assert.equal(await reindex(reading, plan), 0)
  })

  it('are written again when the name of the set of entries changes', async () => {
    await store(3)
    await reindex(records, plan)
    assert.equal(await reindex(records, { ...plan, entries: 'things-2' }), 3)
  })

  it('are marked as done when there are none, too', async () => {
    assert.equal(await reindex(records, plan), 0)
    await store(2)
    assert.equal(await reindex(records, plan), 0)
  })

  it('are all written by the next run after an interrupted one', async () => {
    await store(450)
    const signal = AbortSignal.abort()
    assert.equal(await reindex(records, plan, signal), 0)
    const cut = new AbortController()
    const cutting = (record: StoredRecord) => {
      if (numberOf(record) === 150) cut.abort()
      return put(record)
    }
    const written = await reindex(records, { ...plan, put: cutting }, cut.signal)
    assert.ok(written > 150 && written < 450, String(written))
    assert.equal(await reindex(records, plan), 450)
    assert.deepEqual(await indexed(), range(450))
  })

  it('stay changed or deleted when others do that at the same time', async () => {
    await store(10)
    let raced = false
    const racing: Records = Object.assign(Object.create(records), {
      get: records.get.bind(records),
      find: records.find.bind(records),
      async commit(...args: Parameters<Records['commit']>) {
        if (!raced) {
          raced = true
          await records.commit([
            putJson({ space: SPACE, id: idOf(3) }, { n: 33 }),
            { op: 'delete', space: SPACE, id: idOf(4) },
          ])
        }
        return records.commit(...args)
      },
    })
    await reindex(racing, plan)
    assert.deepEqual(await indexed(), [0, 1, 2, 5, 6, 7, 8, 9, 33])
  })
})
