import { RotateCw } from 'lucide'
import { detailsOf, type ShownProblem } from '../api/errors.ts'
import { say } from '../i18n/language.ts'
import { texts } from '../i18n/texts.ts'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import './error-notice.css'

const t = texts({
  en: { retry: 'Try again', request: 'Request', copy: 'Copy the request id' },
  zh: { retry: '重试', request: '请求', copy: '复制请求 ID' },
})

export interface ErrorNoticeProps {
  /** An ApiError, or a problem inside an answer. */
  readonly error: ShownProblem
  readonly onRetry?: (() => void) | undefined
  readonly onDismiss?: (() => void) | undefined
}

/** An error: what went wrong, what to do about it, and the request id to find it in the log. Put it where it happened. */
export function ErrorNotice({ error, onRetry, onDismiss }: ErrorNoticeProps) {
  const { code, text, advice, requestId } = error
  // Often the details are what helps, so they are never hidden.
  const details = detailsOf(error)
  return (
    <Banner
      kind="danger"
      live
      title={say(text)}
      onDismiss={onDismiss}
      actions={
        onRetry && (
          <Button size="small" icon={RotateCw} onClick={onRetry}>
            {t.retry}
          </Button>
        )
      }
    >
      {details !== undefined && <p>{details}</p>}
      {advice !== undefined && <p>{say(advice)}</p>}
      <p class="error-notice-ids">
        <code>{code}</code>
        {requestId !== undefined && (
          <span class="error-notice-request">
            {t.request} <code>{requestId}</code>
            <CopyButton text={requestId} label={t.copy} />
          </span>
        )}
      </p>
    </Banner>
  )
}
