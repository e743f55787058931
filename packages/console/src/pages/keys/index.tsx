import type { Key } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { KeySection } from './key-section.tsx'
import { t } from './text.ts'
import './keys.css'

/** Login keys and api keys. What a new key opens is only ever in the memory of this page. */
export default function KeysPage() {
  const [keys, setKeys] = useState<readonly Key[]>()
  const [error, setError] = useState<ApiError>()
  const load = async (signal?: AbortSignal) => {
    setError(undefined)
    try {
      setKeys((await call('listKeys', {}, { signal })).items)
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    }
  }
  useEffect(() => {
    const controller = new AbortController()
    void load(controller.signal)
    return () => controller.abort()
  }, [])
  const section = (kind: Key['kind'], all: readonly Key[]) => (
    <KeySection kind={kind} keys={all.filter((key) => key.kind === kind)} onChange={() => void load()} />
  )
  return (
    <Page title={t.title} description={t.description}>
      {error !== undefined && <ErrorNotice error={error} onRetry={() => void load()} />}
      {keys === undefined && error === undefined && <Spinner block />}
      {keys !== undefined && (
        <>
          {section('login', keys)}
          {section('api', keys)}
        </>
      )}
    </Page>
  )
}
