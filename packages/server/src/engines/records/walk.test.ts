import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { done, entry, put, remove } from './records.fixture.ts'
import type { RecordHead, Records } from './records.ts'
import { openSqliteRecords } from './sqlite/sqlite-records.ts'
import { type WalkRequest, walkPages } from './walk.ts'

describe('a walk over pages', () => {
  let folder: string
  let records: Records

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'))
    records = await openSqliteRecords({ file: join(folder, 'records.db') })
    await done(
      records.commit(Array.from({ length: 9 }, (_, at) => put('s', `r${at}`, 'abc', [entry('i', `${at % 3}`)]))),
    )
  })

  after(async () => {
    await records.close()
    await rm(folder, { recursive: true })
  })

  const ids = (page: readonly RecordHead[]) => page.map(({ id }) => id.slice(1)).join('')

  async function pages(request: Omit<WalkRequest, 'space'>, space = 's'): Promise<string> {
    const seen: string[] = []
    for await (const page of walkPages(records, { space, ...request })) seen.push(ids(page))
    return seen.join(' ')
  }

  test('goes from page to page to the end', async () => {
    assert.equal(await pages({ limit: 4 }), '0123 4567 8')
    assert.equal(await pages({ limit: 3 }), '012 345 678')
    assert.equal(await pages({ limit: 4, reverse: true }), '8765 4321 0')
    assert.equal(await pages({ limit: 9, maxBytes: 10 }), '0123 4567 8')
    assert.equal(await pages({ limit: 9 }), '012345678')
  })

  test('yields no page where nothing is found', async () => {
    assert.equal(await pages({ limit: 4 }, 'empty'), '')
    assert.equal(await pages({ limit: 4, index: 'i', ranges: [] }), '')
  })

  test('keeps to an index and its ranges', async () => {
    const only = { key: Buffer.from('1'), inclusive: true }
    assert.equal(await pages({ limit: 4, index: 'i' }), '0361 4725 8')
    assert.equal(
      await pages({ limit: 2, index: 'i', ranges: [{ from: only, to: only }, { to: only }] }),
      '14 70 36 14 7',
    )
  })

  test('has a first page of another size, and begins after a cursor', async () => {
    assert.equal(await pages({ limit: 4, firstLimit: 1 }), '0 1234 5678')
    const { next = '' } = await records.find({ space: 's', limit: 3 })
    assert.equal(await pages({ limit: 4, after: next }), '3456 78')
    assert.equal(await pages({ limit: 4, firstLimit: 2, after: next }), '34 5678')
  })

  test('asks for no page before the caller wants it, and for none after the caller has left', async () => {
    let asked = 0
    const counting: Pick<Records, 'find'> = {
      find(request) {
        asked += 1
        return records.find(request)
      },
    }
    for await (const page of walkPages(counting, { space: 's', limit: 4 })) {
      assert.equal(ids(page), '0123')
      assert.equal(asked, 1)
      break
    }
    assert.equal(asked, 1)
  })

  test('gives others a turn between two pages', async () => {
    let turns = 0
    const turn = () => {
      turns += 1
      timer = setImmediate(turn)
    }
    let timer = setImmediate(turn)
    const seen: number[] = []
    for await (const _ of walkPages(records, { space: 's', limit: 3 })) seen.push(turns)
    clearImmediate(timer)
    assert.ok((seen[0] ?? 0) < (seen[1] ?? 0) && (seen[1] ?? 0) < (seen[2] ?? 0), `${seen}`)
  })

  test('rejects with the reason of its signal, before the first page or between two', async () => {
    const abort = new AbortController()
    const seen: string[] = []
    const walk = async () => {
      for await (const page of walkPages(records, { space: 's', limit: 4, signal: abort.signal })) {
        seen.push(ids(page))
        abort.abort(new Error('the server stops'))
      }
    }
    await assert.rejects(walk(), /the server stops/)
    await assert.rejects(walk(), /the server stops/)
    assert.deepEqual(seen, ['0123'])
  })

  test('goes on behind records that the caller deletes on the way', async () => {
    await done(records.commit(Array.from({ length: 7 }, (_, at) => put('gone', `r${at}`, ''))))
    const seen: string[] = []
    for await (const page of walkPages(records, { space: 'gone', limit: 3 })) {
      seen.push(ids(page))
      await done(records.commit(page.map(({ id }) => remove('gone', id))))
    }
    assert.equal(seen.join(' '), '012 345 6')
    assert.equal(await records.count('gone'), 0)
  })

  test('brings no values when none are asked for', async () => {
    for await (const page of walkPages(records, { space: 's', limit: 9, values: false })) {
      assert.ok(page.length === 9 && page.every((record) => !('value' in record)))
    }
  })

  test('rejects with what find rejects with', async () => {
    await assert.rejects(pages({ limit: 0 }), RangeError)
    await assert.rejects(pages({ limit: 1, after: 'no cursor' }), /cursor/)
  })
})
