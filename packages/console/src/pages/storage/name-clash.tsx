import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { visibleName } from './paths.ts'
import { t } from './text.ts'

interface NameClashProps {
  readonly isFolder: boolean
  /** A free name. */
  readonly free: string
  readonly busy: boolean
  readonly onUseFree: () => void
  /** Replaces the file, or merges the folders. */
  readonly onReplace: () => void
}

/** A new name that is taken, with what can be done about it. */
export function NameClash({ isFolder, free, busy, onUseFree, onReplace }: NameClashProps) {
  return (
    <Banner
      kind="warning"
      live
      title={isFolder ? t.folderExists : t.fileExists}
      actions={
        <>
          <Button size="small" onClick={onUseFree}>
            {t.useName(visibleName(free))}
          </Button>
          <Button size="small" kind={isFolder ? 'plain' : 'danger'} busy={busy} onClick={onReplace}>
            {isFolder ? t.merge : t.replaceFile}
          </Button>
        </>
      }
    >
      {isFolder ? t.folderExistsText : t.fileExistsText}
    </Banner>
  )
}
