import { walkPages } from '../engines/records/walk.ts'
import { documentSpace } from './collections.ts'
import { STEP_DOCUMENTS } from './memory-limits.ts'
import type { WriteOptions } from './write-documents.ts'

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
    // What others insert behind the walk is found by the next one.
    if (done > before) continue
    if (isDropped) return collections.remove(name)
    await forget?.()
    isDropped = await collections.markDropped(name)
    if (!isDropped) return
    yield progress()
  }
}
