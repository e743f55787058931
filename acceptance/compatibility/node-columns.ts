import { fork } from 'node:child_process'
import { once } from 'node:events'
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

export type NodeAnswer = { readonly results: ProbeResults } | { readonly failure: string }

/** Runs the probes with the build of a client SDK for Node. */
export function runInNode({ sdk }: Column, setup: ColumnSetup): Promise<ProbeResults> {
  return inProcess(new URL('./node-column.ts', import.meta.url), {
    packageName: SDK_PACKAGES[sdk],
    setup,
  } satisfies NodeColumn)
}

/** Runs the probes with a server SDK, which only environment variables direct to the server. */
export function runOnServer({ by }: ServerColumn, setup: ServerSetup): Promise<ProbeResults> {
  const variables = serverVariables(setup.server, by === 'signature' ? setup.apiKey : undefined)
  return inProcess(new URL('./server-column.ts', import.meta.url), setup, variables)
}

/** In a process of their own: SDKs keep their logins in the process, and read its environment variables. */
async function inProcess(module: URL, setup: object, variables: object = {}): Promise<ProbeResults> {
  const child = fork(module, [JSON.stringify(setup)], {
    env: { ...process.env, ...variables },
    // `undefined` survives.
    serialization: 'advanced',
    // Its output is only the log of the SDK.
    silent: true,
  })
  const [answer] = (await once(child, 'message')) as [NodeAnswer]
  if ('failure' in answer) throw new Error(answer.failure)
  return answer.results
}
