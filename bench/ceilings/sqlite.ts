/**
 * Ceiling of the database: the same statement on node:sqlite, in process and sequentially, including JSON parsing.
 * Takes jobs `{ operation, seconds }` over IPC.
 * Usage: sqlite.ts DATABASE DOCUMENTS FILLER
 */
import type { Measured } from '../job.ts'
import { openDocumentTable } from './document-table.ts'

export interface SqliteJob {
  readonly operation: 'read' | 'update'
  readonly seconds: number
}

const [file = '', documents = '0', filler = ''] = process.argv.slice(2)
const count = Number(documents)
const table = openDocumentTable(file, count, filler)

/** Operations between two reads of the clock, which costs about as much as a read. */
const STRIDE = 64

function run({ operation, seconds }: SqliteJob): Measured {
  const start = performance.now()
  const end = start + seconds * 1000
  const cpuBefore = process.cpuUsage()
  let n = 0
  while (n % STRIDE !== 0 || performance.now() < end) {
    const id = `doc${n % count}`
    if (operation === 'read') JSON.parse(table.read(id))
    else table.update(id, n)
    n += 1
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  return { requests: n, seconds: (performance.now() - start) / 1000, serverCpuMicros: (user + system) / n }
}

process.on('message', (job: SqliteJob) => process.send?.({ measured: run(job) }))
process.on('disconnect', () => process.exit(0))
