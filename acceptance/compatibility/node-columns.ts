import { fork } from 'node:child_process'
import { once } from 'node:events'
import { SDK_PACKAGES } from '../support/clients.ts'
import type { Column } from './columns.ts'
import type { ColumnResults, ColumnSetup } from './run-column.ts'

export interface NodeColumn {
  readonly packageName: string
  readonly setup: ColumnSetup
}

export type NodeAnswer = { readonly results: ColumnResults } | { readonly failure: string }

/** Runs the probes in a process of their own: the SDK keeps its login in the process. */
export async function runInNode({ sdk }: Column, setup: ColumnSetup): Promise<ColumnResults> {
  const column: NodeColumn = { packageName: SDK_PACKAGES[sdk], setup }
  const child = fork(new URL('./node-column.ts', import.meta.url), [JSON.stringify(column)], {
    // `undefined` survives.
    serialization: 'advanced',
    // Its output is only the log of the SDK.
    silent: true,
  })
  const [answer] = (await once(child, 'message')) as [NodeAnswer]
  if ('failure' in answer) throw new Error(answer.failure)
  return answer.results
}
