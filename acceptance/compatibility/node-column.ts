/** A process that runs all probes with the build of one SDK for Node, and sends the results to its parent. */
import { createRequire } from 'node:module'
import { answerParent } from '../support/child.ts'
import '../support/offline.ts'
import type { Sdk } from '../support/sdk.ts'
import type { NodeColumn } from './node-columns.ts'
import { runColumn } from './run-column.ts'

await answerParent(async ({ packageName, setup }: NodeColumn) => {
  const loaded = createRequire(import.meta.url)(packageName) as { default?: Sdk } & Sdk
  return runColumn(loaded.default ?? loaded, setup, {
    pick: (bytes) => new Blob([bytes as Uint8Array<ArrayBuffer>]),
    downloaded: async (result) => (result as { fileContent: Buffer }).fileContent,
  })
})
