import type { ComponentChildren } from 'preact'
import type { Loaded } from '../data/use-loaded.ts'
import { ErrorNotice } from './error-notice.tsx'
import { Spinner } from './spinner.tsx'

interface LoadedViewProps<T> {
  readonly loaded: Loaded<T>
  readonly children: (value: T) => ComponentChildren
}

/** A loaded value. Shows a spinner until it arrives, and an error with a button that tries again. */
export function LoadedView<T>({ loaded: { value, error, reload }, children }: LoadedViewProps<T>) {
  return (
    <>
      {error !== undefined && <ErrorNotice error={error} onRetry={() => void reload()} />}
      {value !== undefined ? children(value) : error === undefined && <Spinner block />}
    </>
  )
}
