import type { Denial } from '@cloudstead/admin-api'
import { ShieldCheck } from 'lucide'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { language } from '../../i18n/language.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Time } from '../../ui/time.tsx'
import { type VirtualColumn, VirtualTable } from '../../ui/virtual-table.tsx'
import { t } from './text.ts'
import { whatOf, whoOf, whyOf } from './told.ts'
import type { Denials } from './use-denials.ts'

export interface DenialTableProps {
  readonly denials: Denials
  readonly filtered: boolean
  /** There is something beside it that says why. */
  readonly narrow: boolean
  readonly onShow: (id: string) => void
  readonly onShowAll: () => void
}

/** Milliseconds after which "5 seconds ago" is no longer true enough. */
const TICK_MS = 10_000

export function DenialTable({ denials, filtered, narrow, onShow, onShowAll }: DenialTableProps) {
  const words = language()
  const tick = useTick()
  const columns = useMemo<readonly VirtualColumn<Denial>[]>(
    () => [
      { id: 'at', title: t.at, width: '128px', notOnPhone: true, cell: ({ at }) => <Time at={at} relative /> },
      {
        id: 'who',
        title: t.who,
        width: 'minmax(0, 1fr)',
        cell: ({ caller }) =>
          caller === null ? <span class="muted">{t.nobody}</span> : <span class="mono">{whoOf(caller)}</span>,
      },
      { id: 'what', title: t.what, width: 'minmax(0, 2fr)', cell: (denial) => <What denial={denial} /> },
      ...(narrow ? [] : [why()]),
      {
        id: 'count',
        title: t.count,
        width: '72px',
        align: 'end',
        notOnPhone: true,
        cell: ({ count }) => (count > 1 ? <Badge tone="warning">{`× ${count}`}</Badge> : null),
      },
    ],
    [words, narrow, tick],
  )
  const show = ({ id }: Denial) => onShow(id)
  return (
    <VirtualTable
      label={t.title}
      columns={columns}
      rows={denials.items}
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

function why(): VirtualColumn<Denial> {
  return {
    id: 'why',
    title: t.why,
    width: 'minmax(0, 2fr)',
    notOnPhone: true,
    cell: (denial) => <span>{whyOf(denial)}</span>,
  }
}

/** Another number every now and then, so that times are told anew. */
function useTick(): number {
  const [tick, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((count) => count + 1), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return tick
}

function What({ denial }: { readonly denial: Denial }) {
  const { action, target } = whatOf(denial)
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
