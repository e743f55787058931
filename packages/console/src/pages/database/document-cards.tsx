import type { StoredDocument } from '@cloudstead/admin-api'
import type { ComponentChildren } from 'preact'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { OwnerName } from './owner-name.tsx'
import { addressId } from './place.ts'
import { t } from './text.ts'
import type { Documents } from './use-documents.ts'

interface DocumentCardsProps {
  readonly documents: Documents
  /** The id of the open document, as it is in the address. */
  readonly open: string
  readonly empty: ComponentChildren
  readonly onOpen: (row: StoredDocument) => void
}

/** Documents as Extended JSON, one below the other. */
export function DocumentCards({ documents, open, empty, onOpen }: DocumentCardsProps) {
  const { rows, loading, hasMore, error, loadMore, retry } = documents
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard
    <section class="document-cards" aria-label={t.title} tabIndex={0}>
      {rows.map((row) => {
        const id = addressId(row.id)
        return (
          <article key={id} class={id === open ? 'document-card is-open' : 'document-card'}>
            <header>
              <button type="button" class="document-open mono wrap" onClick={() => onOpen(row)}>
                <bdi>{String(row.id)}</bdi>
              </button>
              {typeof row.document._openid === 'string' && <OwnerName id={row.document._openid} />}
              <CopyButton text={() => JSON.stringify(row.document, null, 2)} label={t.copyDocument} />
            </header>
            <JsonText value={row.document} label={String(row.id)} />
          </article>
        )
      })}
      {rows.length === 0 && !loading && error === undefined && empty}
      {loading && <Spinner block />}
      {error !== undefined && rows.length > 0 && <ErrorNotice error={error} onRetry={retry} />}
      {hasMore && !loading && error === undefined && <Button onClick={loadMore}>{t.loadMore}</Button>}
    </section>
  )
}
