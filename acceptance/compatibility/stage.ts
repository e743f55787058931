/** The server of a file of columns. */
import { createTicket } from '../support/clients.ts'
import { createProject, startFunctionServer } from '../support/functions.ts'
import type { RunningServer } from '../support/server.ts'
import type { Column } from './columns.ts'
import { PROBED_FUNCTIONS } from './function-probes.ts'
import type { ColumnSetup } from './run-column.ts'

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
  const server = await startFunctionServer(await createProject(PROBED_FUNCTIONS), { mode: 'dev', config })
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
