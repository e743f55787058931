/** Every call of the client SDK in Chromium, on pages of another origin: five versions, both modes. */
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { runInBrowser, sdkSite } from './compatibility/browser-columns.ts'
import { columnsOf, SDKS } from './compatibility/columns.ts'
import { assertOutcomes } from './compatibility/expectations.ts'
import { CLIENT_CALLS } from './compatibility/outcomes.ts'
import { type ColumnStage, openColumnStage } from './compatibility/stage.ts'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import type { SdkLine } from './support/sdk.ts'
import type { WebSite } from './support/web-site.ts'

const COLUMNS = columnsOf('web')
/** The sites have a name that has to be listed, unlike loopback addresses. */
const SHOP = 'shop.example'

describe('every call in a browser', { skip: lacksChromium() }, () => {
  let stage: ColumnStage
  let sites: ReadonlyMap<SdkLine, WebSite>
  let browser: Browser

  before(async () => {
    sites = new Map(await Promise.all(SDKS.map(async (sdk) => [sdk, await sdkSite(sdk)] as const)))
    const hosts = [...sites.values()].map(({ port }) => `${SHOP}:${port}`)
    ;[stage, browser] = await Promise.all([openColumnStage(COLUMNS, hosts), launchChromium([SHOP])])
  })
  after(async () => {
    await browser.close()
    for (const site of sites.values()) site.close()
    await stage.server.stop()
  })

  for (const column of COLUMNS) {
    test(`js-sdk ${column.sdk}, ${column.mode}`, async () => {
      const page = `http://${SHOP}:${sites.get(column.sdk)?.port}/`
      assertOutcomes(CLIENT_CALLS, column, await runInBrowser(browser, page, stage.setup(column)))
    })
  }
})
