import { FolderUp, Upload } from 'lucide'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type ChosenFile, filesOfList } from '../../ui/dropped-files.ts'
import { Menu } from '../../ui/menu.tsx'
import { t } from './text.ts'

/** Chooses files, or a folder with everything in it. */
export function UploadButtons({ onFiles }: { readonly onFiles: (files: readonly ChosenFile[]) => void }) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (folder.current) folder.current.webkitdirectory = true
  }, [])
  const take = (input: HTMLInputElement) => {
    onFiles(filesOfList(input.files))
    // Allows choosing the same file again.
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
