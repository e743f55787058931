/** A process that runs all probes with the build of one SDK for Node, and sends the results to its parent. */
import { createRequire } from 'node:module'
import '../support/offline.ts'
import type { Sdk } from '../support/sdk.ts'
import { answerParent } from './answer-parent.ts'
import type { NodeColumn } from './node-columns.ts'
import { runColumn } from './run-column.ts'

const { packageName, setup } = JSON.parse(process.argv[2] ?? '') as NodeColumn

await answerParent(async () => {
  const loaded = createRequire(import.meta.url)(packageName) as { default?: Sdk } & Sdk
  return runColumn(loaded.default ?? loaded, setup, {
    pick: (bytes) => new Blob([bytes as Uint8Array<ArrayBuffer>]),
    downloaded: async (result) => (result as { fileContent: Buffer }).fileContent,
  })
})
