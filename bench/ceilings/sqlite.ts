/**
 * Ceiling below everything: the same statement on node:sqlite, in process, one after the other, JSON parsing included.
 * Takes jobs `{ operation, seconds }` over IPC.
 * Usage: sqlite.ts DATABASE DOCUMENTS FILLER
 */
import type { Measured } from '../job.ts'
import { openDocumentTable } from './table.ts'

export interface SqliteJob {
  readonly operation: 'read' | 'update'
  readonly seconds: number
}

const [file = '', documents = '0', filler = ''] = process.argv.slice(2)
const count = Number(documents)
const table = openDocumentTable(file, count, filler)

/** How often the clock is looked at: looking costs about as much as a read. */
const STRIDE = 64

function run({ operation, seconds }: SqliteJob): Measured {
  const start = performance.now()
  const end = start + seconds * 1000
  let n = 0
  while (n % STRIDE !== 0 || performance.now() < end) {
    const id = `doc${n % count}`
    if (operation === 'read') JSON.parse(table.read(id))
    else table.update(id, n)
    n += 1
  }
  return { requests: n, seconds: (performance.now() - start) / 1000 }
}

process.on('message', (job: SqliteJob) => process.send?.({ measured: run(job) }))
process.on('disconnect', () => process.exit(0))
