/** Every error that a web app can meet, brought about in Chromium on a page of a listed web site: as the docs say. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import type { Sightings } from './errors/columns.ts'
import { PAGES, withTable } from './errors/page.ts'
import { lookInBrowser } from './errors/stage.ts'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { FOREIGN_NAME } from './support/foreign-name.ts'

describe('errors in a browser', { skip: lacksChromium() }, () => {
  let sightings: readonly Sightings[]
  before(async () => {
    const browser = await launchChromium([FOREIGN_NAME])
    try {
      sightings = await lookInBrowser(browser)
    } finally {
      await browser.close()
    }
  })

  for (const { language, file } of PAGES) {
    test(`the table in ${language} is up to date: npm run build, then node acceptance/errors/write.ts`, () => {
      const page = readFileSync(file, 'utf8')
      assert.equal(page, withTable(page, language, 'browsers', sightings))
    })
  }
})
