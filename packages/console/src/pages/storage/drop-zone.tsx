import { CloudUpload } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { toApiError } from '../../api/errors.ts'
import { say } from '../../i18n/language.ts'
import { Icon } from '../../ui/icon.tsx'
import { toast } from '../../ui/toast.tsx'
import { carriesFiles, droppedFiles, type FileToUpload } from './dropped.ts'
import { t } from './text.ts'

interface DropZoneProps {
  /** Where they go, in words. */
  readonly into: string
  readonly onFiles: (files: readonly FileToUpload[]) => void
  readonly children: ComponentChildren
}

/** Takes files and folders that are dropped on it, and says so while they are held over it. */
export function DropZone({ into, onFiles, children }: DropZoneProps) {
  const [over, setOver] = useState(false)
  useEffect(() => {
    // Dropped beside it, a file would take the place of the whole page.
    const keep = (event: DragEvent) => {
      if (carriesFiles(event.dataTransfer)) event.preventDefault()
    }
    addEventListener('dragover', keep)
    addEventListener('drop', keep)
    return () => {
      removeEventListener('dragover', keep)
      removeEventListener('drop', keep)
    }
  }, [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button for uploads does the same without a pointer
    <div
      class="drop-zone"
      onDragEnter={(event) => {
        if (carriesFiles(event.dataTransfer)) setOver(true)
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        // Going from one child to the next is no leaving.
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false)
      }}
      onDrop={(event) => {
        setOver(false)
        if (event.dataTransfer === null || !carriesFiles(event.dataTransfer)) return
        event.preventDefault()
        droppedFiles(event.dataTransfer).then(onFiles, (thrown) => toast(say(toApiError(thrown).text), 'danger'))
      }}
    >
      {children}
      {over && (
        <div class="drop-hint">
          <Icon icon={CloudUpload} size={28} />
          <span class="wrap">{t.drop(into)}</span>
        </div>
      )}
    </div>
  )
}
