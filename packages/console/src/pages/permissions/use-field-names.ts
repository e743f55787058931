import { call } from '../../api/index.ts'
import { useLoaded } from '../../data/use-loaded.ts'

/** Documents that are read for the names of their fields. */
const SAMPLE = 20

/** The names of the fields in the documents of a collection. Empty until they are loaded, because they only help. */
export function useFieldNames(collection: string | undefined): readonly string[] {
  const { value = [] } = useLoaded(async (signal) => {
    if (collection === undefined) return []
    const query = { limit: SAMPLE }
    const { items } = await call('listDocuments', { params: { name: collection }, query }, { signal })
    return [...new Set(items.flatMap(({ document }) => Object.keys(document)))]
  }, collection)
  return value
}
