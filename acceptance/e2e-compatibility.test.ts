/** Every call of the client SDK in Chromium, on pages of another origin: five versions, both modes. */
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { runInBrowser, type Site, serveSite } from './compatibility/browser-columns.ts'
import { columnsOf, SDKS } from './compatibility/columns.ts'
import { assertOutcomes, type ColumnStage, openColumnStage } from './compatibility/stage.ts'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import type { SdkLine } from './support/sdk.ts'

const COLUMNS = columnsOf('web')

describe('every call in a browser', { skip: lacksChromium() }, () => {
  let stage: ColumnStage
  let sites: ReadonlyMap<SdkLine, Site>
  let browser: Browser

  before(async () => {
    sites = new Map(await Promise.all(SDKS.map(async (sdk) => [sdk, await serveSite(sdk)] as const)))
    const hosts = [...sites.values()].map(({ url }) => new URL(url).host)
    ;[stage, browser] = await Promise.all([openColumnStage(COLUMNS, hosts), launchChromium()])
  })
  after(async () => {
    await browser.close()
    for (const site of sites.values()) site.close()
    await stage.server.stop()
  })

  for (const column of COLUMNS) {
    test(`js-sdk ${column.sdk}, ${column.mode}`, async () => {
      const site = sites.get(column.sdk) as Site
      assertOutcomes(column, await runInBrowser(browser, site, stage.setup(column)))
    })
  }
})
