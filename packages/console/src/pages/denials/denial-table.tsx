import { ShieldCheck } from 'lucide'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { ownerId } from '../../data/person.ts'
import { language } from '../../i18n/language.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Person } from '../../ui/person.tsx'
import { Time } from '../../ui/time.tsx'
import type { VirtualColumn } from '../../ui/virtual-column.ts'
import { VirtualTable } from '../../ui/virtual-table.tsx'
import { reasonOf, requestOf } from './describe-denial.ts'
import type { ShownDenial } from './poll-denials.ts'
import { t } from './text.ts'
import type { Denials } from './use-denials.ts'

interface DenialTableProps {
  readonly denials: Denials
  readonly filtered: boolean
  /** Leave out the reason, because the panel beside the table shows it. */
  readonly narrow: boolean
  readonly onShow: (id: string) => void
  readonly onShowAll: () => void
}

/** Milliseconds between two updates of relative times. */
const TICK_MS = 10_000

/** The list of denied requests. */
export function DenialTable({ denials, filtered, narrow, onShow, onShowAll }: DenialTableProps) {
  const words = language()
  const tick = useTick()
  const several = denials.servers.length > 1
  const columns = useMemo<readonly VirtualColumn<ShownDenial>[]>(
    () => [
      {
        id: 'at',
        title: t.at,
        width: '128px',
        notOnPhone: true,
        cell: ({ at }) => <Time at={at} relative now={Date.now()} />,
      },
      {
        id: 'who',
        title: t.who,
        width: 'minmax(0, 1fr)',
        cell: ({ caller }) =>
          caller === null ? <span class="muted">{t.nobody}</span> : <Person id={ownerId(caller)} />,
      },
      { id: 'what', title: t.what, width: 'minmax(0, 2fr)', cell: (denial) => <Request denial={denial} /> },
      ...(narrow ? [] : [reasonColumn(), ...(several ? [serverColumn()] : [])]),
      {
        id: 'count',
        title: t.count,
        width: '72px',
        align: 'end',
        notOnPhone: true,
        cell: ({ count }) => (count > 1 ? <Badge tone="warning">{`× ${count}`}</Badge> : null),
      },
    ],
    [words, narrow, several, tick, denials.rows],
  )
  const show = ({ id }: ShownDenial) => onShow(id)
  return (
    <VirtualTable
      label={t.title}
      columns={columns}
      rows={denials.rows}
      keyOf={({ id }) => id}
      hasMore={denials.hasMore}
      loading={denials.loading}
      onEndReached={denials.loadMore}
      onActive={show}
      onOpen={show}
      empty={denials.error === undefined && <NoDenials filtered={filtered} onShowAll={onShowAll} />}
      foot={denials.error !== undefined && <ErrorNotice error={denials.error} onRetry={denials.retry} />}
    />
  )
}

function serverColumn(): VirtualColumn<ShownDenial> {
  return {
    id: 'server',
    title: t.server,
    width: 'minmax(0, 1fr)',
    notOnPhone: true,
    cell: ({ server }) => <span class="mono">{server.name}</span>,
  }
}

function reasonColumn(): VirtualColumn<ShownDenial> {
  return {
    id: 'why',
    title: t.why,
    width: 'minmax(0, 2fr)',
    notOnPhone: true,
    cell: (denial) => <span>{reasonOf(denial)}</span>,
  }
}

/** A number that changes regularly, so that relative times are rendered again. */
function useTick(): number {
  const [tick, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((count) => count + 1), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return tick
}

function Request({ denial }: { readonly denial: ShownDenial }) {
  const { action, target } = requestOf(denial)
  return (
    <span>
      {action} <span class="mono">{target}</span>
    </span>
  )
}

function NoDenials({ filtered, onShowAll }: Pick<DenialTableProps, 'filtered' | 'onShowAll'>) {
  return filtered ? (
    <EmptyState icon={ShieldCheck} title={t.nothingTitle} actions={<Button onClick={onShowAll}>{t.showAll}</Button>}>
      {t.nothingText}
    </EmptyState>
  ) : (
    <EmptyState icon={ShieldCheck} title={t.noneTitle}>
      {t.noneText}
    </EmptyState>
  )
}
