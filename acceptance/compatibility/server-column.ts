/** A process that runs all probes with one server SDK, directed by its environment variables, and sends the results to its parent. */
import { createRequire } from 'node:module'
import { answerParent } from '../support/child.ts'
import '../support/offline.ts'
import { runServerColumn, type ServerSdk } from './run-server-column.ts'
import type { ServerSetup } from './server-columns.ts'

await answerParent((setup: ServerSetup) =>
  runServerColumn(createRequire(import.meta.url)(setup.column.packageName) as ServerSdk, setup),
)
