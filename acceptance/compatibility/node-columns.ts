import { fork } from 'node:child_process'
import { once } from 'node:events'
import { SDK_PACKAGES } from '../support/clients.ts'
import type { Column } from './columns.ts'
import type { ColumnResults, ColumnSetup } from './run-column.ts'

export interface NodeColumn {
  readonly packageName: string
  readonly setup: ColumnSetup
}

/** Runs the probes in a process of their own: the SDK keeps its login in the process. */
export async function runInNode({ sdk }: Column, setup: ColumnSetup): Promise<ColumnResults> {
  const column: NodeColumn = { packageName: SDK_PACKAGES[sdk], setup }
  const child = fork(new URL('./node-column.ts', import.meta.url), [JSON.stringify(column)], {
    // `undefined` survives.
    serialization: 'advanced',
    // Its output is only the log of the SDK.
    silent: true,
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const [results] = await Promise.race([
    once(child, 'message') as Promise<[ColumnResults]>,
    once(child, 'close').then(([code]) => {
      // The message of an error comes after a line of the SDK's code, which can be all of it.
      throw new Error(`the client's process ended with ${code}: ${errors.slice(-1000)}`)
    }),
  ])
  return results
}
