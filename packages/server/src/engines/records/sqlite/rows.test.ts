import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { prepareRows } from './rows.ts'

const SQL = 'SELECT column1 AS a, column2 AS b FROM (VALUES (1, ?), (2, NULL)) WHERE column1 >= ?'

test('rows are lists of columns, also where Node makes objects of them', () => {
  const db = new DatabaseSync(':memory:')
  const older = {
    prepare: (sql: string) => Object.assign(db.prepare(sql), { setReturnArrays: undefined as never }),
  }
  for (const place of [db, older]) {
    const statement = prepareRows<[number, string | null]>(place, SQL)
    assert.deepEqual(statement.all('x', 1), [
      [1, 'x'],
      [2, null],
    ])
    assert.deepEqual(statement.get('x', 2), [2, null])
    assert.equal(statement.get('x', 3), undefined)
  }
  db.close()
})
