import type { SecurityEvent } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { usePages } from '../../data/use-pages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Table, type TableColumn } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { t } from './text.ts'

const COLUMNS: readonly TableColumn<SecurityEvent>[] = [
  { id: 'what', title: t.what, isHeader: true, cell: ({ kind }) => t.events[kind] },
  { id: 'about', title: t.about, cell: ({ about }) => <span class="wrap">{aboutText(about)}</span> },
  { id: 'by', title: t.by, cell: ({ by }) => <span class="wrap">{byText(by)}</span>, notOnPhone: true },
  { id: 'address', title: t.address, cell: ({ address }) => address ?? '', notOnPhone: true },
  { id: 'at', title: t.when, cell: ({ at }) => <Time at={at} /> },
]

/** Who signed in or was refused, and who changed keys, the password and blocks; newest first. */
export function SecurityLog({ version }: { readonly version: number }) {
  const { rows, hasMore, loading, error, loadMore, retry } = usePages<SecurityEvent>({
    key: String(version),
    load: (after, signal) => call('listSecurityEvents', { query: after === undefined ? {} : { after } }, { signal }),
    keyOf: ({ id }) => id,
    keepRows: true,
  })
  return (
    <Card
      flush
      title={t.securityTitle}
      description={t.securityText}
      actions={
        hasMore && (
          <Button size="small" busy={loading} onClick={loadMore}>
            {t.older}
          </Button>
        )
      }
    >
      {error !== undefined && (
        <div class="key-error">
          <ErrorNotice error={error} onRetry={retry} />
        </div>
      )}
      <Table label={t.securityTitle} columns={COLUMNS} rows={rows} keyOf={({ id }) => id} />
    </Card>
  )
}

/** What was used to sign in, in words; ids as they are. */
function aboutText(about = ''): string {
  return Object.hasOwn(t.credentials, about) ? t.credentials[about as keyof typeof t.credentials] : about
}

export function byText(by = ''): string {
  return by === 'operator' ? t.operator : by === 'command line' ? t.commandLine : by
}
