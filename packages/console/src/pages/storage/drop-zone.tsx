import { CloudUpload } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
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
  // Of entering and leaving its children too: it is left when as many were left as entered.
  const depth = useRef(0)
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
  const change = (by: number) => (event: DragEvent) => {
    if (!carriesFiles(event.dataTransfer)) return
    depth.current = Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button for uploads does the same without a pointer
    <div
      class="drop-zone"
      onDragEnter={change(1)}
      onDragLeave={change(-1)}
      onDrop={(event) => {
        depth.current = 0
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
