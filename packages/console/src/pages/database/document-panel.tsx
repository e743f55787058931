import { FileX } from 'lucide'
import { call } from '../../api/index.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { SidePanel } from '../../ui/side-panel.tsx'
import { EditPanel, type EditPanelProps } from './edit-panel.tsx'
import { t } from './edit-text.ts'

interface DocumentPanelProps extends Omit<EditPanelProps, 'stored' | 'start'> {
  /** The id as it is in the address. */
  readonly doc: string
}

/** Loads a document, and shows it to be edited. */
export function DocumentPanel({ doc, ...props }: DocumentPanelProps) {
  const { collection, onClose } = props
  const loaded = useLoaded(
    (signal) => call('getDocument', { params: { name: collection }, query: { id: doc } }, { signal }),
    doc,
  )
  const { value: stored, error } = loaded
  if (stored !== undefined) return <EditPanel {...props} stored={stored} start={stored.document} />
  return (
    <SidePanel wide title={<bdi class="mono">{shownId(doc)}</bdi>} onClose={onClose}>
      {error?.code === 'NOT_FOUND' ? (
        <EmptyState icon={FileX} title={t.missingTitle}>
          {t.missingText}
        </EmptyState>
      ) : (
        <LoadedView loaded={loaded}>{() => null}</LoadedView>
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
