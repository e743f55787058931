import { walkPages } from '../engines/records/walk.ts'
import { documentSpace } from './collections.ts'
import { STEP_DOCUMENTS } from './memory-limits.ts'
import type { WriteOptions } from './write-documents.ts'

/** The progress of a drop. */
export interface DropProgress {
  /** Documents that have been deleted. */
  readonly done: number
  /** Documents that the collection had at the beginning. */
  readonly total: number
}

export interface DropOptions {
  /** Called when no document is left. It may remove the collection from the settings. */
  readonly forget?: (() => Promise<void>) | undefined
  /** Cancels the drop between two steps. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Deletes the documents of an existing collection in steps, and then the collection. A collection that is declared in
 * the settings stays, empty. When it is cancelled or crashes, the collection has fewer documents, and the next drop
 * continues. Once no document is left, the collection is marked as dropped so that nobody can write to it, and what was
 * inserted before the mark is deleted too.
 */
export async function* dropCollection(
  { records, collections }: Pick<WriteOptions, 'records' | 'collections'>,
  name: string,
  { forget, signal }: DropOptions = {},
): AsyncGenerator<DropProgress> {
  const space = documentSpace(name)
  const total = await records.count(space)
  let done = 0
  const progress = () => ({ done, total: Math.max(done, total) })
  yield progress()
  let isDropped = await collections.isDropped(name)
  for (;;) {
    const before = done
    for await (const page of walkPages(records, { space, limit: STEP_DOCUMENTS, values: false, signal })) {
      await records.commit(page.map(({ id }) => ({ op: 'delete', space, id })))
      done += page.length
      yield progress()
    }
    // Documents that were inserted before the position of the walk are found by the next one.
    if (done > before) continue
    if (isDropped) return collections.remove(name)
    await forget?.()
    isDropped = await collections.markDropped(name)
    if (!isDropped) return
    yield progress()
  }
}
