/** The server of a file of columns, and the comparison of its results with the expected outcomes. */
import assert from 'node:assert/strict'
import { createTicket } from '../support/clients.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import type { Column } from './columns.ts'
import { outcomeOf } from './outcomes.ts'
import { type ColumnResults, type ColumnSetup, PROBES } from './run-column.ts'

export interface ColumnStage {
  readonly server: RunningServer
  /** What a column needs; each gets a collection of its own. */
  setup(column: Column): ColumnSetup
}

/** @param webDomains hosts of the web sites that may call the server */
export async function openColumnStage(
  columns: readonly Column[],
  webDomains: readonly string[] = [],
): Promise<ColumnStage> {
  const nameOf = (column: Column) => `probes-${columns.indexOf(column)}`
  const collections = Object.fromEntries(columns.map((column) => [nameOf(column), { acl: 'PRIVATE' }]))
  const config = { storage: { acl: 'PRIVATE' }, database: { collections }, security: { webDomains } }
  const server = await startServer({ mode: 'dev', config })
  const ticket = createTicket(await server.loginKey(), 'probe-user')
  return {
    server,
    setup: (column) => ({
      server: { host: server.host, env: server.env },
      mode: column.mode,
      collection: nameOf(column),
      ticket,
    }),
  }
}

/** Each call that is said to work does, and each that the SDK is said to be unable to do fails. */
export function assertOutcomes(column: Column, results: ColumnResults): void {
  const wrong = Object.keys(PROBES).flatMap((row) => {
    const expected = outcomeOf(row, column)
    const reason = results[row]
    if (expected === 'works' && reason !== undefined) return [`${row} should work: ${reason}`]
    if (expected === 'the SDK cannot' && reason === undefined) return [`${row} works: remove its limit`]
    return []
  })
  assert.deepEqual(wrong, [])
  assert.equal(Object.keys(results).length, Object.keys(PROBES).length)
}
