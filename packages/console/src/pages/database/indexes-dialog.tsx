import type { CollectionInfo } from '@cloudstead/admin-api'
import { Link } from '../../app/link.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Table } from '../../ui/table.tsx'
import { t } from './text.ts'

interface IndexesDialogProps {
  readonly collection: CollectionInfo
  readonly onClose: () => void
}

const TONES = { building: 'accent', ready: 'success', failed: 'danger' } as const

export function IndexesDialog({ collection: { indexes }, onClose }: IndexesDialogProps) {
  return (
    <Dialog title={t.indexes} onClose={onClose}>
      <Stack>
        <Table
          label={t.indexes}
          rows={indexes}
          keyOf={({ name }) => name}
          empty={<p class="muted">{t.noIndexes}</p>}
          columns={[
            {
              id: 'name',
              title: t.indexName,
              isHeader: true,
              cell: ({ name }) => <span class="mono wrap">{name}</span>,
            },
            {
              id: 'fields',
              title: t.indexFields,
              cell: ({ fields }) =>
                fields.map(({ path, direction }) => (
                  <div key={path}>
                    <span class="mono">{path}</span>{' '}
                    <span class="muted small">{direction === 'asc' ? t.ascending : t.descending}</span>
                  </div>
                )),
            },
            {
              id: 'status',
              title: t.status,
              cell: ({ unique, status }) => (
                <span class="index-badges">
                  <Badge tone={TONES[status]}>{t[status]}</Badge>
                  {unique && <Badge>{t.unique}</Badge>}
                </span>
              ),
            },
          ]}
        />
        <Link to="settings">{t.editIndexes}</Link>
      </Stack>
    </Dialog>
  )
}
