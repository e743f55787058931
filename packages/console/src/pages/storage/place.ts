/** The place in the address of the page. Pure. */
import type { Place } from './entry-changes.ts'
import { type EntryOrder, SORT_COLUMNS } from './entry-order.ts'
import { parentOf } from './paths.ts'

/**
 * Reads the query of the address: `folder` (ends with a slash), `file` (the path of the shown file; its folder is the
 * default for `folder`), `search` (a part of names), `deep`, `sort` (a column) and `order` (`desc`).
 */
export function placeOf(query: Readonly<Record<string, string>>): Place {
  return {
    folder: query.folder ?? parentOf(query.file ?? ''),
    search: query.search ?? '',
    deep: query.deep !== undefined,
    order: {
      column: SORT_COLUMNS.find((column) => column === query.sort) ?? 'name',
      descending: query.order === 'desc',
    },
  }
}

/** The members of the query for an order. Those of the default order are left out. */
export function orderQuery({ column, descending }: EntryOrder) {
  return { sort: column === 'name' ? undefined : column, order: descending ? 'desc' : undefined }
}
