/** Every call of the client SDK in a Mini Program: five versions, both modes, both arrangements of the adapter. */
import { after, before, test } from 'node:test'
import { columnsOf } from './compatibility/columns.ts'
import { assertOutcomes } from './compatibility/expectations.ts'
import { CLIENT_CALLS } from './compatibility/outcomes.ts'
import { runOnPhone } from './compatibility/phone-columns.ts'
import { type ColumnStage, openColumnStage } from './compatibility/stage.ts'

const COLUMNS = [...columnsOf('wechat'), ...columnsOf('adapter')]

let stage: ColumnStage
before(async () => {
  stage = await openColumnStage(COLUMNS)
})
after(() => stage.server.stop())

for (const column of COLUMNS) {
  const { sdk, mode, build } = column
  test(`js-sdk ${sdk}, ${mode}, ${build === 'adapter' ? 'separate' : 'built-in'} adapter`, async () => {
    assertOutcomes(CLIENT_CALLS, column, await runOnPhone(column, stage.setup(column)))
  })
}
