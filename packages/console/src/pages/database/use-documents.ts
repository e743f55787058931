import type { StoredDocument } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { type Pages, usePages } from '../../data/use-pages.ts'
import { addressId, type Place } from './place.ts'

const PAGE_SIZE = 100

export interface Documents extends Omit<Pages<StoredDocument>, 'reload' | 'update'> {
  /** How many documents match; undefined until they are counted. */
  readonly count: number | undefined
  /** Loads the first page and the count again. */
  reload(): void
  /** Shows a new version of a document in its place. */
  replace(document: StoredDocument): void
  /** Removes deleted documents from the list. */
  remove(ids: readonly StoredDocument['id'][]): void
}

/** The documents of a place, page by page, and their number. */
export function useDocuments({ collection, query, orderBy, direction }: Place): Documents {
  const params = { name: collection }
  const filter = query === '' ? {} : { query }
  const { update, ...pages } = usePages<StoredDocument>({
    key: JSON.stringify([collection, query, orderBy, direction]),
    keyOf: ({ id }) => addressId(id),
    load(after, signal) {
      const page = {
        ...filter,
        limit: PAGE_SIZE,
        direction,
        ...(orderBy === '' ? {} : { orderBy }),
        ...(after === undefined ? {} : { after }),
      }
      return call('listDocuments', { params, query: page }, { signal })
    },
  })
  // If the query is invalid, the list shows the error.
  const counted = useLoaded(
    async (signal) => (await call('countDocuments', { params, query: filter }, { signal })).count,
    JSON.stringify([collection, query]),
  )
  return {
    ...pages,
    count: counted.value,
    reload() {
      pages.reload()
      void counted.reload()
    },
    replace(document) {
      const id = addressId(document.id)
      update((rows) => rows.map((row) => (addressId(row.id) === id ? document : row)))
    },
    remove(ids) {
      const gone = new Set(ids.map(addressId))
      update((rows) => rows.filter(({ id }) => !gone.has(addressId(id))))
      void counted.reload()
    },
  }
}
