import type { Progress } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, isAbort, toApiError } from '../api/errors.ts'
import { formatNumber } from '../i18n/format.ts'
import { language, say } from '../i18n/language.ts'
import { texts } from '../i18n/texts.ts'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNotice } from './error-notice.tsx'
import { ProgressBar } from './progress-bar.tsx'
import { Stack } from './stack.tsx'
import './progress-dialog.css'

const number = (value: number) => formatNumber(value, language())

const t = texts({
  en: {
    cancel: 'Cancel',
    close: 'Close',
    cancelled: 'Cancelled. What was done until then stays done.',
    of: (done: number, total: number) => `${number(done)} of ${number(total)}`,
    done: (done: number) => `${number(done)} done`,
    failed: (count: number) => `${number(count)} failed`,
    more: (count: number) => `and ${number(count)} more`,
  },
  zh: {
    cancel: '取消',
    close: '关闭',
    cancelled: '已取消，之前完成的部分仍然有效。',
    of: (done, total) => `${number(done)} / ${number(total)}`,
    done: (done) => `已完成 ${number(done)}`,
    failed: (count) => `${number(count)} 项失败`,
    more: (count) => `以及另外 ${number(count)} 项`,
  },
})

export interface ProgressDialogProps {
  readonly title: string
  /** Begins at once, by `lines(...)`, with this signal and this listener. */
  readonly run: (options: {
    readonly signal: AbortSignal
    readonly onLine: (line: Progress) => void
  }) => Promise<Progress>
  /**
   * It is over and the dialog can go: at once when all went well, else when the reader has read what did not. `last` is
   * the last line that came; `whole` says that nothing was cancelled and nothing failed.
   */
  readonly onClose: (last: Progress | undefined, whole: boolean) => void
}

type State = 'running' | 'cancelled' | 'finished' | 'failed'

/** Long work of the server: how far it is, what failed, and a button that ends it. */
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
    // Once: the work is not begun again when the page renders.
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
