/** The page of compatibility: complete, and as the tests of the columns expect. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { strayRows } from './compatibility/expectations.ts'
import { CLIENT_CALLS } from './compatibility/outcomes.ts'
import { SERVER_CALLS } from './compatibility/server-outcomes.ts'
import { PAGES, renderTable } from './compatibility/table.ts'

test('every declared call has a probe or is listed as not there yet, and nothing else is listed', () => {
  assert.deepEqual([...strayRows(CLIENT_CALLS), ...strayRows(SERVER_CALLS)], [])
})

for (const { language, file } of PAGES) {
  test(`the page in ${language} is up to date: node acceptance/compatibility/write.ts`, () => {
    assert.equal(readFileSync(file, 'utf8'), renderTable(language))
  })
}
