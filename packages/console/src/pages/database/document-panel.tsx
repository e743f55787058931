import type { StoredDocument } from '@cloudstead/admin-api'
import { FileX } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { SidePanel } from '../../ui/side-panel.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { EditPanel, type EditPanelProps } from './edit-panel.tsx'
import { t } from './edit-text.ts'

interface DocumentPanelProps extends Omit<EditPanelProps, 'stored' | 'start'> {
  /** The id as the address has it. */
  readonly doc: string
}

/** One document as it is stored now, to look at and to edit. */
export function DocumentPanel({ doc, ...props }: DocumentPanelProps) {
  const { collection, onClose } = props
  const [stored, setStored] = useState<StoredDocument>()
  const [error, setError] = useState<ApiError>()
  const load = async (signal?: AbortSignal) => {
    setError(undefined)
    try {
      setStored(await call('getDocument', { params: { name: collection }, query: { id: doc } }, { signal }))
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    }
  }
  useEffect(() => {
    const controller = new AbortController()
    void load(controller.signal)
    return () => controller.abort()
  }, [])
  if (stored !== undefined) return <EditPanel {...props} stored={stored} start={stored.document} />
  return (
    <SidePanel wide title={<bdi class="mono">{shownId(doc)}</bdi>} onClose={onClose}>
      {error === undefined ? (
        <Spinner block />
      ) : error.code === 'NOT_FOUND' ? (
        <EmptyState icon={FileX} title={t.missingTitle}>
          {t.missingText}
        </EmptyState>
      ) : (
        <ErrorNotice error={error} onRetry={() => void load()} />
      )}
    </SidePanel>
  )
}

function shownId(doc: string): string {
  try {
    return String(JSON.parse(doc))
  } catch {
    return doc
  }
}
