import type { Records } from '../engines/records/records.ts'
import { namedBlobs } from '../storage/named-blob.ts'
import type { Counts } from './progress.ts'
import { isCopied } from './spaces.ts'

/** Counts what there is to copy. */
export async function measure(records: Records): Promise<Counts> {
  let total = 0
  for (const space of await records.spaces()) if (isCopied(space)) total += await records.count(space)
  let files = 0
  let bytes = 0
  for await (const { size } of namedBlobs(records)) {
    files += 1
    bytes += size
  }
  return { records: total, files, bytes }
}
