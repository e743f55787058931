import { Download, FolderInput, Trash2, X } from 'lucide'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { t } from './text.ts'

interface SelectionBarProps {
  readonly count: number
  /** How many of them the list does not show, because of a search for example. */
  readonly hidden: number
  readonly onDownload: () => void
  readonly onMove: () => void
  readonly onDelete: () => void
  readonly onClear: () => void
}

/** The actions for the selected files and folders. */
export function SelectionBar({ count, hidden, onDownload, onMove, onDelete, onClear }: SelectionBarProps) {
  return (
    <section class="selection-bar" aria-label={t.selected(count)}>
      <IconButton icon={X} label={t.clearSelection} onClick={onClear} />
      <strong>{t.selected(count)}</strong>
      {hidden > 0 && <span class="muted small">{t.selectedHidden(hidden)}</span>}
      <span class="selection-actions">
        <Button icon={Download} onClick={onDownload}>
          {t.download}
        </Button>
        <Button icon={FolderInput} onClick={onMove}>
          {t.move}
        </Button>
        <Button icon={Trash2} kind="danger" onClick={onDelete}>
          {t.remove}
        </Button>
      </span>
    </section>
  )
}
