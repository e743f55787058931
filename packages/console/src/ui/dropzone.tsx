import { CloudUpload } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { toApiError } from '../api/errors.ts'
import { say } from '../i18n/language.ts'
import { classes } from './classes.ts'
import { type ChosenFile, filesOfDrop, hasFiles } from './dropped-files.ts'
import { Icon } from './icon.tsx'
import { toast } from './toast.tsx'
import './dropzone.css'

interface DropzoneProps {
  /** What a drop does, such as "Drop to upload to photos/". */
  readonly label: string
  readonly onFiles: (files: readonly ChosenFile[]) => void
  readonly class?: string | undefined
  readonly children?: ComponentChildren
}

/** A part of a page that takes files and folders by drag and drop. A button must do the same for the keyboard. */
export function Dropzone({ label, onFiles, class: name, children }: DropzoneProps) {
  const [over, setOver] = useState(false)
  useEffect(() => {
    // A file that is dropped outside the zone would replace the whole page.
    const keepPage = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault()
    }
    addEventListener('dragover', keepPage)
    addEventListener('drop', keepPage)
    return () => {
      removeEventListener('dragover', keepPage)
      removeEventListener('drop', keepPage)
    }
  }, [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a button does the same for the keyboard
    <div
      class={classes('dropzone', name)}
      onDragEnter={(event) => {
        if (hasFiles(event)) setOver(true)
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        // Moving between children does not leave the zone.
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false)
      }}
      onDrop={(event) => {
        setOver(false)
        if (event.dataTransfer === null || !hasFiles(event)) return
        event.preventDefault()
        filesOfDrop(event.dataTransfer).then(onFiles, (thrown) => toast(say(toApiError(thrown).text), 'danger'))
      }}
    >
      {children}
      {over && (
        <div class="dropzone-cover">
          <Icon icon={CloudUpload} size={28} />
          <span class="wrap">{label}</span>
        </div>
      )}
    </div>
  )
}
