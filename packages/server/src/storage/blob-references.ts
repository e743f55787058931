import type { BlobId } from '../engines/blobs/blobs.ts'

/** Something that needs blobs, such as the files. */
export interface BlobOwner {
  /**
   * The ids of all blobs that it needs, in ascending order and in pages. An id may come more than once. The pages are as of
   * their own moments; the walk rejects with the reason of the signal.
   */
  pages(signal: AbortSignal): AsyncIterable<readonly BlobId[]>
  /** Whether it needs this blob now. */
  needs(id: BlobId): Promise<boolean>
}

/** A walk over everything that is referenced, beside a walk over all blobs. */
interface ReferenceWalk {
  /**
   * Those of these ids that no owner needed when the walk passed them. The ids are in ascending order, and greater than
   * those of the call before.
   */
  unreferenced(ids: readonly BlobId[]): Promise<readonly BlobId[]>
  close(): Promise<void>
}

/**
 * Who needs which blobs. A blob that no owner needs, and that no write is about to name, is never needed again: a
 * reference is made only from another reference, or for a blob that has just been written.
 */
export interface BlobReferences {
  /**
   * Adds an owner. An owner that hands its blobs over to another one (in one commit) is added before the other: owners are
   * asked in this order, so that a reference on its way is seen.
   */
  add(owner: BlobOwner): void
  /** Whether any owner needs this blob now. */
  isReferenced(id: BlobId): Promise<boolean>
  walk(signal: AbortSignal): ReferenceWalk
}

/** Makes an empty registry. */
export function createBlobReferences(): BlobReferences {
  const owners: BlobOwner[] = []
  return {
    add(owner) {
      owners.push(owner)
    },
    async isReferenced(id) {
      for (const owner of owners) if (await owner.needs(id)) return true
      return false
    },
    walk(signal) {
      const cursors = owners.map((owner) => new IdCursor(owner.pages(signal)))
      return {
        async unreferenced(ids) {
          let left = ids
          for (const cursor of cursors) left = await cursor.without(left)
          return left
        },
        async close() {
          for (const cursor of cursors) await cursor.close()
        },
      }
    },
  }
}

/** A place in the ascending ids of one owner. Holds one page of them. */
class IdCursor {
  readonly #pages: AsyncIterator<readonly BlobId[]>
  #page: readonly BlobId[] = []
  #at = 0
  #ended = false

  constructor(pages: AsyncIterable<readonly BlobId[]>) {
    this.#pages = pages[Symbol.asyncIterator]()
  }

  /** Moves on past these ascending ids; resolves to those that it did not meet. */
  async without(ids: readonly BlobId[]): Promise<readonly BlobId[]> {
    const left: BlobId[] = []
    for (const id of ids) {
      while (this.#isBefore(id)) {
        this.#at += 1
        if (this.#at >= this.#page.length) await this.#readPage()
      }
      if (this.#page[this.#at] !== id) left.push(id)
    }
    return left
  }

  /** Whether the place is before an id, and not at the end. */
  #isBefore(id: BlobId): boolean {
    const here = this.#page[this.#at]
    return here === undefined ? !this.#ended : here < id
  }

  async #readPage(): Promise<void> {
    const { done, value } = await this.#pages.next()
    this.#ended = done === true
    this.#page = done === true ? [] : value
    this.#at = 0
  }

  async close(): Promise<void> {
    this.#page = []
    this.#ended = true
    await this.#pages.return?.()
  }
}
