import type { CollectionInfo } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

export interface Collections {
  /** Undefined while they are not known. */
  readonly items: readonly CollectionInfo[] | undefined
  readonly error: ApiError | undefined
  /** The items are being asked for, again perhaps. */
  readonly loading: boolean
  reload(): void
}

/** Every collection with its counts. What is shown stays while it is loaded again. */
export function useCollections(): Collections {
  const [items, setItems] = useState<readonly CollectionInfo[]>()
  const [error, setError] = useState<ApiError>()
  const [loading, setLoading] = useState(true)
  const running = useRef<AbortController>(undefined)
  const reload = () => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setError(undefined)
    setLoading(true)
    call('listCollections', {}, { signal: controller.signal }).then(
      (answer) => {
        setItems(answer.items)
        setLoading(false)
      },
      (thrown) => {
        if (isAbort(thrown)) return
        setError(toApiError(thrown))
        setLoading(false)
      },
    )
  }
  useEffect(() => {
    reload()
    return () => running.current?.abort()
  }, [])
  return { items, error, loading, reload }
}
