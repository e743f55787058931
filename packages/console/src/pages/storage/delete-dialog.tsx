import { type Answer, call } from '../../api/index.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Row } from '../../ui/stack.tsx'
import { BATCH } from './batches.ts'
import { nameOf, visibleName } from './paths.ts'
import { t } from './text.ts'

/** For this many files and more, a word must be typed to confirm. */
const MANY = 1_000

interface DeleteDialogProps {
  readonly paths: readonly string[]
  readonly onClose: () => void
  readonly onDelete: () => void
}

/** Asks before files and folders are deleted, and shows how many files that are. */
export function DeleteDialog({ paths, onClose, onDelete }: DeleteDialogProps) {
  const { value: count, error } = useLoaded((signal) => countAll(paths, signal))
  const [first = ''] = paths
  const large = count !== undefined && (count.more || count.files >= MANY)
  return (
    <ConfirmDialog
      key={String(large)}
      title={paths.length === 1 ? t.deleteOne(visibleName(nameOf(first))) : t.deleteTitle(paths.length)}
      confirmLabel={count === undefined ? t.remove : count.more ? t.deleteAll : t.deleteFiles(count.files)}
      danger
      typeToConfirm={large ? t.deleteWord : undefined}
      onConfirm={onDelete}
      onClose={onClose}
    >
      {error !== undefined ? (
        <ErrorNotice error={error} />
      ) : count === undefined ? (
        <Row>
          <Spinner label="" />
          <span role="status">{t.counting}</span>
        </Row>
      ) : count.files === 0 ? (
        t.deleteEmpty
      ) : (
        <span role="status">{t.deleteCount(count.files, count.bytes, count.more)}</span>
      )}
    </ConfirmDialog>
  )
}

async function countAll(paths: readonly string[], signal: AbortSignal): Promise<Answer<'countFiles'>> {
  let [files, bytes, more] = [0, 0, false]
  for (let at = 0; at < paths.length; at += BATCH) {
    const some = await call('countFiles', { body: { paths: paths.slice(at, at + BATCH) } }, { signal })
    files += some.files
    bytes += some.bytes
    more ||= some.more
  }
  return { files, bytes, more }
}
