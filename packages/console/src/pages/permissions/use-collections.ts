import type { CollectionInfo } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

export interface Collections {
  readonly items: readonly CollectionInfo[] | undefined
  readonly error: ApiError | undefined
}

/** @param key asks again when it changes */
export function useCollections(key: unknown): Collections {
  const [state, setState] = useState<Collections>({ items: undefined, error: undefined })
  useEffect(() => {
    const controller = new AbortController()
    call('listCollections', {}, { signal: controller.signal }).then(
      ({ items }) => setState({ items, error: undefined }),
      (thrown: unknown) => {
        if (!isAbort(thrown)) setState((now) => ({ ...now, error: toApiError(thrown) }))
      },
    )
    return () => controller.abort()
  }, [key])
  return state
}

/** Documents that are looked at for the names of their fields. */
const LOOKED_AT = 20

/** Names of fields that documents of a collection have; empty while they are not known, since they only help. */
export function useFields(collection: string | undefined): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([])
  useEffect(() => {
    setNames([])
    if (collection === undefined) return
    const controller = new AbortController()
    const asked = { params: { name: collection }, query: { limit: LOOKED_AT } }
    call('listDocuments', asked, { signal: controller.signal }).then(
      ({ items }) => setNames([...new Set(items.flatMap(({ document }) => Object.keys(document)))]),
      () => {},
    )
    return () => controller.abort()
  }, [collection])
  return names
}
