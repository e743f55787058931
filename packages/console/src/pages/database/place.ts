/** The state of the page that is in its address. */
import type { StoredDocument } from '@cloudstead/admin-api'
import { navigate } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'

export interface Place {
  readonly collection: string
  /** The text of the query. Empty: all documents. */
  readonly query: string
  /** A path. Empty: the order of the ids. */
  readonly orderBy: string
  readonly direction: 'asc' | 'desc'
  readonly view: 'table' | 'json'
  /** The id of the open document as JSON. Empty: none. NEW: a new document. */
  readonly doc: string
}

/** As in base.css. */
export const PHONE = '(max-width: 719px)'

/** Not JSON, so it cannot be the id of a document. */
export const NEW = 'new'

/** Query members: collection, query, orderBy, direction (desc), view (json), doc (the id as JSON: "abc" or 5). */
export function usePlace(): Place {
  const { query } = useRoute()
  return {
    collection: query.collection ?? '',
    query: query.query ?? '',
    orderBy: query.orderBy ?? '',
    direction: query.direction === 'desc' ? 'desc' : 'asc',
    view: query.view === 'json' ? 'json' : 'table',
    doc: query.doc ?? '',
  }
}

/** Goes to another place of this page, unless the user stays because of unsaved edits. Resolves to whether it went. */
export function goTo(place: Partial<Place>, replace = false): Promise<boolean> {
  const { collection, query, orderBy, direction, view, doc } = place
  const members = {
    collection,
    query,
    orderBy,
    direction: direction === 'desc' ? direction : undefined,
    view: view === 'json' ? view : undefined,
    doc,
  }
  return navigate({ to: 'database', query: members }, { replace })
}

/** The id of a document as it is in the address. */
export function addressId(id: StoredDocument['id']): string {
  return JSON.stringify(id)
}
