import type { CloudFunction } from '@cloudstead/admin-api'
import { Clock, Globe } from 'lucide'
import { Link } from '../../app/link.tsx'
import { formatNumber } from '../../i18n/format.ts'
import { say } from '../../i18n/language.ts'
import { Badge } from '../../ui/badge.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Table, type TableColumn } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { t } from './text.ts'

/** The functions with their counts. */
export function FunctionTable({ items }: { readonly items: readonly CloudFunction[] }) {
  return <Table label={t.title} columns={columns()} rows={items} keyOf={({ name }) => name} />
}

function columns(): readonly TableColumn<CloudFunction>[] {
  return [
    {
      id: 'name',
      title: t.name,
      isHeader: true,
      cell: ({ name, unsupported }) => (
        <Stack gap={1}>
          <Row wrap>
            <Link to="functions" query={{ name }} class="function-name mono wrap">
              {name}
            </Link>
            {unsupported !== undefined && <Badge tone="warning">{t.cannotRun}</Badge>}
          </Row>
          {unsupported !== undefined && <span class="muted small wrap">{say(unsupported)}</span>}
        </Stack>
      ),
    },
    { id: 'calls', title: t.calls, align: 'end', cell: ({ calls }) => formatNumber(calls) },
    {
      id: 'errors',
      title: t.errors,
      align: 'end',
      cell: ({ errors }) => (errors === 0 ? 0 : <Badge tone="danger">{formatNumber(errors)}</Badge>),
    },
    {
      id: 'median',
      title: t.median,
      align: 'end',
      notOnPhone: true,
      cell: ({ medianMs }) => (medianMs === undefined ? '–' : t.ms(medianMs)),
    },
    {
      id: 'last',
      title: t.lastRun,
      cell: ({ lastCall }) =>
        lastCall === undefined ? (
          <span class="muted">{t.never}</span>
        ) : (
          <div>
            <Badge tone={lastCall.status === 'ok' ? 'success' : 'danger'}>
              {lastCall.status === 'ok' ? t.ok : t.notOk}
            </Badge>
            <p class="muted small">
              <Time at={lastCall.startedAt} relative now={Date.now()} />
            </p>
          </div>
        ),
    },
    {
      id: 'cold',
      title: t.coldStarts,
      align: 'end',
      notOnPhone: true,
      cell: ({ coldStarts }) => formatNumber(coldStarts),
    },
    {
      id: 'triggers',
      title: t.triggers,
      notOnPhone: true,
      cell: ({ triggers, routes }) => (
        <Row wrap gap={1}>
          {triggers.map(({ name }) => (
            <Badge key={name} icon={Clock}>
              <span class="clip">{name}</span>
            </Badge>
          ))}
          {routes.map(({ path }) => (
            <Badge key={path} tone="accent" icon={Globe}>
              <span class="mono clip">{path}</span>
            </Badge>
          ))}
        </Row>
      ),
    },
  ]
}
