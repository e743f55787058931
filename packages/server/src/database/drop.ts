import type { Records } from '../engines/records/records.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './bounds.ts'
import { type Collections, documentSpace } from './collections.ts'

/** How far the deletion of a collection is. */
export interface DropProgress {
  /** Documents that are deleted. */
  readonly done: number
  /** Documents that there were when it began. */
  readonly total: number
}

export interface DropOptions {
  /** Called when no document is left: lets the settings forget what they can of the collection. */
  readonly forget?: (() => Promise<void>) | undefined
  /** Ends it between two steps. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Deletes the documents of a collection that exists in steps, and then the collection; one that the settings have stays,
 * empty. Whoever ends it half-way, or a crash, leaves a collection with fewer documents; asked again it goes on. Only when
 * none is left does the collection become one that nobody can write to, so that no document can come in behind the last
 * step.
 */
export async function* dropCollection(
  { records, collections }: { readonly records: Records; readonly collections: Collections },
  name: string,
  { forget, signal }: DropOptions = {},
): AsyncGenerator<DropProgress> {
  const space = documentSpace(name)
  let done = 0
  const total = await records.count(space)
  let isDropped = await collections.isDropped(name)
  for (;;) {
    yield { done, total: Math.max(done, total) }
    signal?.throwIfAborted()
    const page = await records.find({ space, limit: STEP_DOCUMENTS, maxBytes: STEP_BYTES })
    if (page.records.length > 0) {
      await records.commit(page.records.map(({ id }) => ({ op: 'delete', space, id })))
      done += page.records.length
    } else if (isDropped) {
      return collections.remove(name)
    } else {
      await forget?.()
      isDropped = await collections.markDropped(name)
      if (!isDropped) return
    }
  }
}
