/** R24 to R28: the page of the error table in the example provokes each error, in a real browser. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from './support/chromium.ts'
import { type OrdersApp, openOrders } from './support/e2e-orders.ts'
import type { OrdersPhone } from './support/e2e-phone.ts'
import { until } from './support/until.ts'

describe("the example's troubleshooting page", { skip: lacksChromium() }, () => {
  let app: OrdersApp
  let alice: OrdersPhone

  before(async () => {
    app = await openOrders('errors')
    alice = await app.open({ path: 'pages/errors/errors' })
    await alice.shot('page')
  })
  after(async () => {
    await alice?.close()
    await app?.close()
  })

  const provoked = async (row: string): Promise<string> => {
    await alice.tap(`#${row} .try`)
    const outcome = alice.at(`#${row} .outcome`)
    await outcome.waitFor()
    await outcome.scrollIntoViewIfNeeded()
    await alice.shot(row)
    return outcome.innerText()
  }

  const ERRORS: readonly (readonly [row: string, code: string, hint: RegExp])[] = [
    ['R24', 'TIMEOUT', /超时/],
    ['R25', 'WRONG_ENVIRONMENT', /环境 ID/],
    ['R28', 'FILE_TOO_LARGE', /100 MB/],
  ]
  for (const [row, code, hint] of ERRORS) {
    it(`${row}: ${code}, and what to do`, async () => {
      await provoked(row)
      const problem = await alice.problem(`#${row}`)
      assert.equal(problem.code, code)
      assert.match(problem.hint, hint)
      assert.ok((await alice.at(`#${row} .codes`).innerText()).includes(code), 'the page lists the code')
    })
  }

  it('R26: an expired URL answers 403, the renewed one 200', async () => {
    const text = await provoked('R26')
    assert.match(text, /403/)
    assert.match(text, /200/)
    assert.equal(await alice.at('#R26 .good').count(), 1)
  })

  it('R27: shows whether others can read the files: not with the rule, and yes without it', async () => {
    assert.match(await provoked('R27'), /403/)
    assert.equal(await alice.at('#R27 .good').count(), 1)

    await app.server.writeConfig({ storage: { acl: 'READONLY' } })
    await until(
      'the page reports public files',
      async () => {
        await alice.tap('#R27 .try')
        await alice.at('#R27 .outcome').waitFor()
        return alice.at('#R27 .good').count()
      },
      (good) => good === 0,
    )
    await alice.shot('R27-public')
  })
})
