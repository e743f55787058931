import type { Progress } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, isAbort, toApiError } from '../api/errors.ts'
import { formatNumber } from '../i18n/format.ts'
import { say } from '../i18n/language.ts'
import { texts } from '../i18n/texts.ts'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNotice } from './error-notice.tsx'
import { ProgressBar } from './progress-bar.tsx'
import { Stack } from './stack.tsx'
import './progress-dialog.css'

const t = texts({
  en: {
    cancel: 'Cancel',
    close: 'Close',
    cancelled: 'Cancelled. The part that was done stays done.',
    of: (done: number, total: number) => `${formatNumber(done)} of ${formatNumber(total)}`,
    done: (done: number) => `${formatNumber(done)} done`,
    failed: (count: number) => `${formatNumber(count)} failed`,
    more: (count: number) => `and ${formatNumber(count)} more`,
  },
  zh: {
    cancel: '取消',
    close: '关闭',
    cancelled: '已取消，之前完成的部分仍然有效。',
    of: (done, total) => `${formatNumber(done)} / ${formatNumber(total)}`,
    done: (done) => `已完成 ${formatNumber(done)}`,
    failed: (count) => `${formatNumber(count)} 项失败`,
    more: (count) => `以及另外 ${formatNumber(count)} 项`,
  },
})

export interface ProgressDialogProps {
  readonly title: string
  /** The work, such as a call of `lines`. It starts when the dialog opens. */
  readonly run: (options: {
    readonly signal: AbortSignal
    readonly onLine: (line: Progress) => void
  }) => Promise<Progress>
  /**
   * Called when the dialog can be closed: at once after full success, otherwise when the user closes it. `last` is the
   * last line that arrived. `whole` is true if nothing was cancelled and nothing failed.
   */
  readonly onClose: (last: Progress | undefined, whole: boolean) => void
}

type State = 'running' | 'cancelled' | 'finished' | 'failed'

/** Runs long work on the server: shows the progress and what failed, with a button that cancels. */
export function ProgressDialog({ title, run, onClose }: ProgressDialogProps) {
  const [line, setLine] = useState<Progress>()
  const [state, setState] = useState<State>('running')
  const [error, setError] = useState<ApiError>()
  const abort = useRef<AbortController>(undefined)
  useEffect(() => {
    const controller = new AbortController()
    abort.current = controller
    run({ signal: controller.signal, onLine: setLine }).then(
      (end) => {
        setLine(end)
        if ((end.failed ?? 0) === 0) onClose(end, true)
        else setState('finished')
      },
      (thrown) => {
        if (isAbort(thrown)) return setState('cancelled')
        setError(toApiError(thrown))
        setState('failed')
      },
    )
    return () => controller.abort()
    // Once: rendering again must not restart the work.
  }, [])
  const running = state === 'running'
  const { done = 0, total, failed = 0, problems = [] } = line ?? {}
  const stop = () => (running ? abort.current?.abort() : onClose(line, false))
  return (
    <Dialog
      title={title}
      size="small"
      onClose={stop}
      locked={running}
      actions={
        <Button onClick={stop} autofocus>
          {running ? t.cancel : t.close}
        </Button>
      }
    >
      <Stack gap={3}>
        {running && <ProgressBar label={title} value={done} max={total} />}
        <p class="numbers" role="status">
          {total === undefined ? t.done(done) : t.of(done, total)}
          {failed > 0 && <span class="progress-failed"> · {t.failed(failed)}</span>}
        </p>
        {state === 'cancelled' && (
          <Banner kind="warning" live>
            {t.cancelled}
          </Banner>
        )}
        {error !== undefined && <ErrorNotice error={error} />}
        {problems.length > 0 && (
          <ul class="progress-problems">
            {problems.map(({ item, problem }) => (
              <li key={item}>
                <strong class="wrap">{item}</strong>
                <span class="muted wrap">
                  {say(problem.text)}
                  {problem.advice && ` ${say(problem.advice)}`}
                </span>
              </li>
            ))}
            {failed > problems.length && <li class="muted">{t.more(failed - problems.length)}</li>}
          </ul>
        )}
      </Stack>
    </Dialog>
  )
}
