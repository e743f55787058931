import type { Overview } from '@cloudstead/admin-api'
import { formatBytes, formatDuration, formatNumber } from '../../i18n/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Table, type TableColumn } from '../../ui/table.tsx'
import { type ServerRow, serverRows } from './server-rows.ts'
import { t } from './text.ts'

const TONES = { serving: 'success', stopping: 'warning', silent: 'danger' } as const
const CLOCK_TONES = { off: 'warning', wrong: 'danger' } as const

/** The servers that work on the data of this environment. */
export function ServersCard({ overview }: { readonly overview: Overview }) {
  const rows = serverRows(overview)
  return (
    <Card flush class="servers" title={t.servers} description={rows.some(({ differs }) => differs) && t.upgrading}>
      <Table label={t.servers} columns={columnsAt(overview.now)} rows={rows} keyOf={({ id }) => id} />
    </Card>
  )
}

/** @param now milliseconds since the epoch, by the clock of the database */
function columnsAt(now: number): readonly TableColumn<ServerRow>[] {
  const number = (id: 'requests' | 'processors', digits: number): TableColumn<ServerRow> => ({
    id,
    title: t.load[id],
    align: 'end',
    cell: ({ load }) => formatNumber(Number(load[id].toFixed(digits))),
  })
  return [
    {
      id: 'name',
      title: t.server,
      isHeader: true,
      cell: ({ name, answers }) => (
        <>
          <span class="mono">{name}</span> {answers && <Badge tone="accent">{t.answers}</Badge>}
        </>
      ),
    },
    { id: 'state', title: t.state, cell: ({ state }) => <Badge tone={TONES[state]}>{t.serverStates[state]}</Badge> },
    {
      id: 'version',
      title: t.version,
      cell: ({ version, differs }) => (differs ? <Badge tone="warning">{version}</Badge> : version),
    },
    { id: 'since', title: t.running, cell: ({ startedAt }) => formatDuration((now - startedAt) / 1_000) },
    { id: 'seen', title: t.seen, cell: ({ seenAt }) => t.ago(formatDuration((now - seenAt) / 1_000)) },
    number('requests', 1),
    number('processors', 2),
    { id: 'memory', title: t.memory, align: 'end', cell: ({ load }) => formatBytes(load.memory) },
    { id: 'lag', title: t.lag, align: 'end', cell: ({ feedLagMs }) => feedLagMs !== undefined && t.ms(feedLagMs) },
    {
      id: 'clock',
      title: t.clock,
      align: 'end',
      cell: ({ clock, clockOffsetMs }) =>
        clock === 'right' ? (
          t.ms(clockOffsetMs)
        ) : (
          <Badge tone={CLOCK_TONES[clock]}>{t.clocks[clock](t.ms(clockOffsetMs))}</Badge>
        ),
    },
  ]
}
