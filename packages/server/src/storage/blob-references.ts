import type { BlobId } from '../engines/blobs/blobs.ts'

/** A part of the server that needs blobs, such as the files. */
export interface BlobOwner {
  /**
   * The ids of all blobs that it needs, page by page in ascending order, starting with `from` or the one that follows. An id
   * may be repeated. Each page is read when it is asked for. Rejects with the reason of the signal.
   */
  pages(signal: AbortSignal, from?: BlobId): AsyncIterable<readonly BlobId[]>
  /** Whether it needs the blob now. */
  needs(id: BlobId): Promise<boolean>
}

/** A walk over all references, in step with a walk over all blobs. */
interface ReferenceWalk {
  /**
   * The ids among these that no owner needed when the walk passed them. The ids must be in ascending order, and greater than
   * those of the previous call.
   */
  unreferenced(ids: readonly BlobId[]): Promise<readonly BlobId[]>
  close(): Promise<void>
}

/**
 * Knows who needs which blobs. A blob that no owner needs, and that no write is about to reference, will never be needed
 * again: a new reference is made only from an existing one, or for a blob that has just been written.
 */
export interface BlobReferences {
  /**
   * Adds an owner. Owners are asked in the order in which they were added. When one owner hands blobs over to another (in
   * one commit), add it before the other, so that no reference is missed.
   */
  add(owner: BlobOwner): void
  /** Whether any owner needs the blob now. */
  isReferenced(id: BlobId): Promise<boolean>
  /** Walks the references to `from` and the ids that follow. */
  walk(signal: AbortSignal, from?: BlobId): ReferenceWalk
}

/** Makes a registry without owners. */
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
    walk(signal, from) {
      const cursors = owners.map((owner) => new IdCursor(owner.pages(signal, from)))
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

/** A position in the ascending ids of one owner. Holds one page. */
class IdCursor {
  readonly #pages: AsyncIterator<readonly BlobId[]>
  #page: readonly BlobId[] = []
  #at = 0
  #ended = false

  constructor(pages: AsyncIterable<readonly BlobId[]>) {
    this.#pages = pages[Symbol.asyncIterator]()
  }

  /** Moves past these ascending ids; resolves to those that the owner does not have. */
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

  /** Whether the position is before an id, and not at the end. */
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
