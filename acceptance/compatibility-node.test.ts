/** Every call of the client SDK in Node: five versions, both modes. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { columnsOf } from './compatibility/columns.ts'
import { assertOutcomes } from './compatibility/expectations.ts'
import { runInNode } from './compatibility/node-columns.ts'
import { CLIENT_CALLS, NO_BUILD } from './compatibility/outcomes.ts'
import { type ColumnStage, openColumnStage } from './compatibility/stage.ts'

const COLUMNS = columnsOf('node')

let stage: ColumnStage
before(async () => {
  stage = await openColumnStage(COLUMNS)
})
after(() => stage.server.stop())

for (const column of COLUMNS) {
  test(`js-sdk ${column.sdk} in Node, ${column.mode}`, async () => {
    const results = runInNode(column, stage.setup(column))
    if (NO_BUILD.where(column)) await assert.rejects(results, /window is not defined/)
    else assertOutcomes(CLIENT_CALLS, column, await results)
  })
}
