import { ChevronDown, ChevronUp, RotateCw, X } from 'lucide'
import { useState } from 'preact/hooks'
import { say } from '../../i18n/language.ts'
import { Button } from '../../ui/button.tsx'
import { Bytes } from '../../ui/bytes.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { nameOf, visibleName } from './paths.ts'
import { SafeName } from './safe-name.tsx'
import { t } from './text.ts'
import type { UploadItem, UploadState } from './upload-queue.ts'
import { uploads } from './uploads.ts'

/** The most files in the list. Failed and running ones come first. */
const LISTED = 60

const ORDER: Readonly<Record<UploadState, number>> = {
  failed: 0,
  sending: 1,
  waiting: 2,
  cancelled: 3,
  skipped: 4,
  done: 5,
}

/** The uploads with their progress and results. */
export function UploadsPanel() {
  const [wanted, setOpen] = useState<boolean>()
  const items = uploads.items()
  if (items.length === 0) return null
  const totals = uploads.totals()
  const busy = totals.open > 0
  // After full success the list is closed.
  const open = wanted ?? (busy || totals.failed > 0)
  const listed = [...items].sort((a, b) => ORDER[a.state] - ORDER[b.state]).slice(0, LISTED)
  return (
    <section class="uploads" aria-label={t.uploads}>
      <header class="uploads-head">
        <div class="uploads-words">
          <strong role="status">
            {busy ? t.uploading(totals.open) : t.uploadsOver(totals.done)}
            {totals.failed > 0 && <span class="uploads-failed"> · {t.uploadsFailed(totals.failed)}</span>}
          </strong>
          {busy && <span class="muted small numbers">{t.ofBytes(totals.sent, totals.bytes)}</span>}
        </div>
        {totals.failed > 0 && !busy && (
          <Button size="small" icon={RotateCw} onClick={() => uploads.retryFailed()}>
            {t.retryFailed}
          </Button>
        )}
        {busy && (
          <Button size="small" onClick={() => uploads.cancelAll()}>
            {t.cancelAll}
          </Button>
        )}
        <IconButton
          size="small"
          icon={open ? ChevronDown : ChevronUp}
          label={open ? t.hideList : t.showList}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
        {!busy && <IconButton size="small" icon={X} label={t.closeUploads} onClick={() => uploads.clear()} />}
      </header>
      {busy && <ProgressBar label={t.uploads} value={totals.sent} max={totals.bytes} />}
      {open && (
        <ul class="uploads-list">
          {listed.map((item) => (
            <Upload key={item.id} item={item} />
          ))}
          {items.length > listed.length && <li class="muted small">{t.andMore(items.length - listed.length)}</li>}
        </ul>
      )}
    </section>
  )
}

function Upload({ item: { id, path, file, state, sent, error } }: { readonly item: UploadItem }) {
  const name = visibleName(nameOf(path))
  return (
    <li class={`upload is-${state}`}>
      <span class="upload-name">
        <SafeName name={path} />
        <span class="muted small">
          {t[state]} · <Bytes value={file.size} />
        </span>
        {state === 'sending' && <ProgressBar label={name} value={sent} max={file.size} />}
        {error !== undefined && (
          <span class="uploads-failed small wrap">
            {say(error.text)} {error.advice && say(error.advice)}
          </span>
        )}
      </span>
      {(state === 'sending' || state === 'waiting') && (
        <IconButton size="small" icon={X} label={t.cancelOne(name)} onClick={() => uploads.cancel(id)} />
      )}
      {(state === 'failed' || state === 'cancelled') && (
        <IconButton size="small" icon={RotateCw} label={t.retryOne(name)} onClick={() => uploads.retry(id)} />
      )}
    </li>
  )
}
