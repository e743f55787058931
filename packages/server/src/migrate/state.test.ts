import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withSides } from './migrate.fixture.ts'
import { openState, refuseUnfinished } from './state.ts'

test('the state is read again as it was stored, and its end is that of the refusal', () =>
  withSides(async (_source, { records }) => {
    await refuseUnfinished(records)
    const options = { records, env: 'demo-1abcde', source: 'a', store: 'b' }
    const first = await openState(options)
    assert.equal(first.isNew, true)
    await assert.rejects(refuseUnfinished(records), /target of a migration that has not finished/)
    const feed = { spaces: ['', 'doc:a'], cursor: 'x' }
    const counts = { records: 1, files: 2, bytes: 3 }
    const notes = [
      first.spaceNote('', 'id\0'),
      first.spaceNote('doc:a', undefined),
      first.feedNote({ ...feed, cursor: 'old' }),
      first.feedNote(feed, '0'),
      first.countsNote({ done: counts, total: counts }),
    ]
    await records.commit(notes)
    const second = await openState({ ...options, source: 'other', store: 'other' })
    assert.equal(second.isNew, false)
    assert.equal(second.store, 'b')
    assert.deepEqual(second.uncopied(), [''])
    assert.deepEqual([second.from(''), second.from('doc:a')], ['id\0', undefined])
    assert.deepEqual([second.knows('doc:a'), second.knows('doc:b')], [true, false])
    assert.deepEqual([...second.feeds], [['0', feed]])
    assert.deepEqual(second.counts, { done: counts, total: counts })
    await records.commit(second.removal(), [second.fence])
    await refuseUnfinished(records)
    assert.deepEqual(await records.spaces(), [])
  }))
