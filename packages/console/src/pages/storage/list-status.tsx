import { Button } from '../../ui/button.tsx'
import { t } from './text.ts'
import type { Entries } from './use-entries.ts'

/** How many entries are listed; for a search also how far it is, with a button that stops it. */
export function ListStatus({ entries, deep }: { readonly entries: Entries; readonly deep: boolean }) {
  const { rows, hasMore, search, error } = entries
  const { length } = rows
  if (search === undefined) {
    const words = hasMore ? t.countedMore(length) : t.counted(length)
    return <Status>{length > 0 && (deep ? `${words} · ${t.byPath}` : words)}</Status>
  }
  if (error !== undefined) return <Status />
  const { state, searched, stop, resume } = search
  return (
    <div class="storage-status">
      {state === 'running' ? (
        <>
          <p class="muted small numbers">{t.searching(searched, length)}</p>
          <Button size="small" onClick={stop}>
            {t.stop}
          </Button>
        </>
      ) : state === 'stopped' ? (
        <>
          <Status>{t.searchStopped(searched, length)}</Status>
          <Button size="small" onClick={resume}>
            {t.resume}
          </Button>
        </>
      ) : (
        <Status>{state === 'full' ? t.foundFirst(length) : length > 0 && t.found(length)}</Status>
      )}
    </div>
  )
}

function Status({ children }: { readonly children?: string | false }) {
  return (
    <p class="storage-count muted small" role="status">
      {children}
    </p>
  )
}
