import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Blobs } from '../engines/blobs/blobs.ts'
import { openDiskBlobs } from '../engines/blobs/disk/disk-blobs.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { claimHome, type HomeOptions, refuseOtherHome } from './home.ts'

const env = 'demo-1abcde'

describe('records and the store of the bytes', () => {
  let folder: string
  let records: Records
  let blobs: Blobs
  let opened: (Records | Blobs)[]

  const newRecords = async (name: string) => {
    const engine = await openSqliteRecords({ file: join(folder, `${name}.sqlite`) })
    opened.push(engine)
    return engine
  }
  const newBlobs = async (name: string) => {
    const engine = await openDiskBlobs({ dir: join(folder, name) })
    opened.push(engine)
    return engine
  }
  const claim = (own: Partial<HomeOptions> = {}) =>
    claimHome({ env, records, blobs, storeName: 's3://files/cs', hasFiles: async () => false, ...own })
  const homeRecord = async () => (await records.get([{ space: 'cluster', id: 'home' }]))[0]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'home-'))
    opened = []
    records = await newRecords('records')
    blobs = await newBlobs('blobs')
  })
  afterEach(async () => {
    for (const engine of opened) await engine.close()
    await rm(folder, { recursive: true })
  })

  test('belong together from the first start on, also when several start at once', async () => {
    await Promise.all([claim(), claim(), claim()])
    const mark = await blobs.mark()
    assert.match(String(mark), /^\{"env":"demo-1abcde","store":"[0-9a-f]{32}"\}\n$/)
    await claim({ hasFiles: async () => true })
    assert.equal(await blobs.mark(), mark)
  })

  test('belong together when another server ties them while one looks', async () => {
    let others = 0
    const slow = {
      async mark(text?: string) {
        if (text === undefined && others++ === 0) await claim()
        return blobs.mark(text)
      },
    }
    await claim({ blobs: slow })
    assert.ok(others > 1)
  })

  test('a start that ended between record and mark is completed by the next', async () => {
    const dies = {
      mark: async (text?: string) => (text === undefined ? undefined : Promise.reject(new Error('killed'))),
    }
    await assert.rejects(claim({ blobs: dies }), /killed/)
    assert.equal(await blobs.mark(), undefined)
    await claim()
    assert.ok(await blobs.mark())
  })

  test('are refused when they do not, and nothing changes', async () => {
    await claim()
    const before = await homeRecord()
    const mark = await blobs.mark()
    const other = { records: await newRecords('other'), blobs: await newBlobs('other') }
    await assert.rejects(
      claim({ blobs: other.blobs }),
      /s3:\/\/files\/cs is not the store of these records: it is empty/,
    )
    await assert.rejects(
      claim({ records: other.records }),
      /s3:\/\/files\/cs belongs to other records of the same environment/,
    )
    await assert.rejects(
      claim({ records: other.records, env: 'other-1abcde' }),
      /belongs to the environment demo-1abcde/,
    )
    await assert.rejects(claim({ env: 'other-1abcde' }), /belong to the environment demo-1abcde, not to other-1abcde/)
    await claim(other)
    await assert.rejects(claim({ blobs: other.blobs }), /belongs to other records/)
    assert.deepEqual(await homeRecord(), before)
    assert.equal(await blobs.mark(), mark)
  })

  test('records with files elsewhere are not given an empty store, and no other mark is overwritten', async () => {
    await assert.rejects(claim({ hasFiles: async () => true }), /name files that are in another store than s3:/)
    assert.equal(await homeRecord(), undefined)
    await blobs.mark('something else')
    await assert.rejects(claim(), /belongs to the environment \(unknown\)/)
    assert.equal(await blobs.mark(), 'something else')
  })

  test('records whose files are elsewhere are not served with files beside them', async () => {
    await refuseOtherHome(records)
    await claim()
    await assert.rejects(refuseOtherHome(records), /start with the --blobs that it was made with/)
  })
})
