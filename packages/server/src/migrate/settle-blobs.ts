import type { BlobId, Blobs } from '../engines/blobs/blobs.ts'
import { namedBlobs } from '../storage/named-blob.ts'
import { compareBlobs } from './compare-blobs.ts'
import type { Side } from './copier.ts'
import { copyBlob } from './copy-blob.ts'

const REMOVED_AT_ONCE = 500

/**
 * Makes the bytes in the target exactly those that its records name, when nothing changes any more: removes what was
 * overwritten during the copy, and copies what is missing.
 *
 * @returns how many blobs are missing in the source too
 */
export async function settleBlobs(source: Pick<Side, 'blobs'>, target: Side): Promise<number> {
  let unnamed: BlobId[] = []
  let lost = 0
  for await (const difference of compareBlobs(namedBlobs(target.records), storedIds(target.blobs))) {
    if ('unnamed' in difference) unnamed.push(difference.unnamed)
    else if (!(await copyBlob(source.blobs, target.blobs, difference.missing))) lost += 1
    if (unnamed.length < REMOVED_AT_ONCE) continue
    await target.blobs.remove(unnamed)
    unnamed = []
  }
  await target.blobs.remove(unnamed)
  return lost
}

async function* storedIds(blobs: Blobs): AsyncGenerator<BlobId> {
  for await (const { id } of blobs.list()) yield id
}
