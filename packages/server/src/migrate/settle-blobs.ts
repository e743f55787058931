import type { BlobId, Blobs } from '../engines/blobs/blobs.ts'
import { createBlobReferences } from '../storage/blob-references.ts'
import { namedBlobs } from '../storage/named-blob.ts'
import { filesAsBlobOwner } from '../storage/store.ts'
import { removeUnreferenced } from '../storage/sweep.ts'
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
  const references = createBlobReferences()
  references.add(filesAsBlobOwner(target.records))
  let unnamed: BlobId[] = []
  let lost = 0
  for await (const difference of compareBlobs(namedBlobs(target.records), storedIds(target.blobs))) {
    if ('unnamed' in difference) unnamed.push(difference.unnamed)
    else if (!(await copyBlob(source.blobs, target.blobs, difference.missing))) lost += 1
    if (unnamed.length < REMOVED_AT_ONCE) continue
    await removeUnreferenced({ blobs: target.blobs, references }, unnamed)
    unnamed = []
  }
  await removeUnreferenced({ blobs: target.blobs, references }, unnamed)
  return lost
}

async function* storedIds(blobs: Blobs): AsyncGenerator<BlobId> {
  let last = ''
  for await (const { id } of blobs.list()) {
    if (id <= last) throw new Error('the store of the files does not list them in order')
    last = id
    yield id
  }
}
