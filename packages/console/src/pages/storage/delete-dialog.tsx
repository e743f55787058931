import { useEffect, useState } from 'preact/hooks'
import { type Answer, type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Row } from '../../ui/stack.tsx'
import { BATCH } from './batches.ts'
import { nameOf, visibleName } from './paths.ts'
import { t } from './text.ts'

/** From so many files on, a word has to be typed. */
const MANY = 1_000

interface DeleteDialogProps {
  readonly paths: readonly string[]
  readonly onClose: () => void
  readonly onDelete: () => void
}

/** Asks before files and folders go, and counts what would go. */
export function DeleteDialog({ paths, onClose, onDelete }: DeleteDialogProps) {
  const [count, setCount] = useState<Answer<'countFiles'>>()
  const [error, setError] = useState<ApiError>()
  useEffect(() => {
    const controller = new AbortController()
    countAll(paths, controller.signal).then(setCount, (thrown) => {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    })
    return () => controller.abort()
  }, [])
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
