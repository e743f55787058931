import { FolderUp, Upload } from 'lucide'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Menu } from '../../ui/menu.tsx'
import { chosenFiles, type FileToUpload } from './dropped.ts'
import { t } from './text.ts'

/** Chooses files, or a folder with all that is in it. */
export function UploadButtons({ onFiles }: { readonly onFiles: (files: readonly FileToUpload[]) => void }) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (folder.current) folder.current.webkitdirectory = true
  }, [])
  const take = (input: HTMLInputElement) => {
    onFiles(chosenFiles(input.files))
    // So that the same file can be chosen again.
    input.value = ''
  }
  return (
    <>
      <Menu
        label={t.upload}
        kind="primary"
        icon={Upload}
        items={[
          { label: t.uploadFiles, icon: Upload, onSelect: () => files.current?.click() },
          { label: t.uploadFolder, icon: FolderUp, onSelect: () => folder.current?.click() },
        ]}
      >
        {t.upload}
      </Menu>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label={t.uploadFiles}
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        aria-label={t.uploadFolder}
        onChange={(event) => take(event.currentTarget)}
      />
    </>
  )
}
