import { askChild } from '../support/child.ts'
import { SDK_PACKAGES } from '../support/clients.ts'
import { serverVariables } from '../support/server-sdk.ts'
import type { Column } from './columns.ts'
import type { ProbeResults } from './probe.ts'
import type { ColumnSetup } from './run-column.ts'
import type { ServerColumn, ServerSetup } from './server-columns.ts'

export interface NodeColumn {
  readonly packageName: string
  readonly setup: ColumnSetup
}

/** Runs the probes with the build of a client SDK for Node. */
export function runInNode({ sdk }: Column, setup: ColumnSetup): Promise<ProbeResults> {
  const column: NodeColumn = { packageName: SDK_PACKAGES[sdk], setup }
  return askChild(new URL('./node-column.ts', import.meta.url), column)
}

/** Runs the probes with a server SDK, which only environment variables direct to the server. */
export function runOnServer({ by }: ServerColumn, setup: ServerSetup): Promise<ProbeResults> {
  const variables = serverVariables(setup.server, by === 'signature' ? setup.apiKey : undefined)
  return askChild(new URL('./server-column.ts', import.meta.url), setup, variables)
}
