import type { CollectionInfo } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

export interface Collections {
  /** Undefined while they are not known. */
  readonly items: readonly CollectionInfo[] | undefined
  readonly error: ApiError | undefined
  reload(): void
}

/** Every collection with its counts. What is shown stays while it is loaded again. */
export function useCollections(): Collections {
  const [items, setItems] = useState<readonly CollectionInfo[]>()
  const [error, setError] = useState<ApiError>()
  const running = useRef<AbortController>(undefined)
  const reload = () => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setError(undefined)
    call('listCollections', {}, { signal: controller.signal }).then(
      (answer) => setItems(answer.items),
      (thrown) => {
        if (!isAbort(thrown)) setError(toApiError(thrown))
      },
    )
  }
  useEffect(() => {
    reload()
    return () => running.current?.abort()
  }, [])
  return { items, error, reload }
}
