/**
 * Looks at all errors and writes what it sees into `docs/troubleshooting.md` and its Chinese version. Build the server first.
 * Without Chromium, the table of browsers stays as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { lacksChromium, launchChromium } from '../support/chromium.ts'
import { FOREIGN_NAME } from '../support/foreign-name.ts'
import type { Sightings } from './columns.ts'
import { PAGES, type Part, withTable } from './page.ts'
import { lookAtErrors, lookInBrowser } from './stage.ts'

function write(part: Part, sightings: readonly Sightings[]): void {
  for (const { language, file } of PAGES) {
    writeFileSync(file, withTable(readFileSync(file, 'utf8'), language, part, sightings))
  }
}

write('programs', await lookAtErrors())
if (!lacksChromium()) {
  const browser = await launchChromium([FOREIGN_NAME])
  write('browsers', await lookInBrowser(browser))
  await browser.close()
}
