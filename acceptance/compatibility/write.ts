/** Writes `docs/compatibility.md` and its Chinese version: `node acceptance/compatibility/write.ts` */
import { writeFileSync } from 'node:fs'
import { PAGES, renderTable } from './table.ts'

for (const { language, file } of PAGES) writeFileSync(file, renderTable(language))
