/** A process that runs all probes with the build of one SDK for Node, and sends the results to its parent. */
import { createRequire } from 'node:module'
import '../support/offline.ts'
import type { Sdk } from '../support/sdk.ts'
import type { NodeAnswer, NodeColumn } from './node-columns.ts'
import { runColumn } from './run-column.ts'

const { packageName, setup } = JSON.parse(process.argv[2] ?? '') as NodeColumn

/** What the parent gets: the results, or why the SDK could not be used at all. */
async function run(): Promise<NodeAnswer> {
  try {
    const loaded = createRequire(import.meta.url)(packageName) as { default?: Sdk } & Sdk
    const results = await runColumn(loaded.default ?? loaded, setup, {
      pick: (bytes) => new Blob([bytes as Uint8Array<ArrayBuffer>]),
      downloaded: async (result) => (result as { fileContent: Buffer }).fileContent,
    })
    return { results }
  } catch (error) {
    return { failure: String(error) }
  }
}

process.send?.(await run(), () => process.exit())
