/** Looks at all errors and writes what it sees into `docs/troubleshooting.md` and its Chinese version. Build the server first. */
import { readFileSync, writeFileSync } from 'node:fs'
import { PAGES, withSection } from './page.ts'
import { lookAtErrors } from './stage.ts'

const sightings = await lookAtErrors()
for (const { language, file } of PAGES) {
  writeFileSync(file, withSection(readFileSync(file, 'utf8'), language, sightings))
}
