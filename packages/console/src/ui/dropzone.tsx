import { Upload } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { classes } from './classes.ts'
import { type ChosenFile, filesOfDrop } from './dropped-files.ts'
import { Icon } from './icon.tsx'
import './dropzone.css'

export interface DropzoneProps {
  /** What happens to what is dropped: "Drop to upload into photos/". */
  readonly label: string
  readonly onFiles: (files: readonly ChosenFile[]) => void
  readonly onError?: ((error: unknown) => void) | undefined
  readonly disabled?: boolean | undefined
  readonly children?: ComponentChildren
}

/** A part of a page that takes files and folders by drag and drop. A button must do the same for the keyboard. */
export function Dropzone({ label, onFiles, onError, disabled = false, children }: DropzoneProps) {
  const [over, setOver] = useState(false)
  // The events of the children bubble: the pointer has left when it has left as often as it came.
  const depth = useRef(0)
  const takes = (event: DragEvent) => !disabled && (event.dataTransfer?.types.includes('Files') ?? false)
  const leave = () => {
    depth.current = 0
    setOver(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is of the pointer alone
    <div
      class={classes('dropzone', over && 'is-over')}
      onDragEnter={(event) => {
        if (!takes(event)) return
        event.preventDefault()
        depth.current++
        setOver(true)
      }}
      onDragOver={(event) => {
        if (!takes(event)) return
        event.preventDefault()
        if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
      }}
      onDragLeave={(event) => {
        if (!takes(event)) return
        depth.current--
        if (depth.current <= 0) leave()
      }}
      onDrop={(event) => {
        leave()
        if (!takes(event) || event.dataTransfer === null) return
        event.preventDefault()
        filesOfDrop(event.dataTransfer).then(
          (files) => {
            if (files.length > 0) onFiles(files)
          },
          (error) => onError?.(error),
        )
      }}
    >
      {children}
      {over && (
        <div class="dropzone-cover">
          <span>
            <Icon icon={Upload} size={20} />
            {label}
          </span>
        </div>
      )}
    </div>
  )
}
