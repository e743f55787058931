import type { Overview } from '@cloudstead/admin-api'
import type { ComponentChildren } from 'preact'
import { Link } from '../../app/link.tsx'
import type { PageName } from '../../app/route.ts'
import { formatBytes, formatDuration, formatNumber } from '../../i18n/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { t } from './text.ts'

const TONES = { ok: 'success', degraded: 'warning', draining: 'warning', failing: 'danger' } as const

/** The state and the usage at a glance. The counts link to their pages. */
export function Tiles({ overview }: { readonly overview: Overview }) {
  const { state, problems, startedAt, mode, usage, memoryBytes } = overview
  const running = formatDuration((Date.now() - startedAt) / 1_000)
  return (
    <ul class="tiles">
      <Tile name={t.state} note={problems[0] === undefined ? t.since(running) : t.problems[problems[0]]}>
        <Badge tone={TONES[state]}>{t.states[state]}</Badge>
        <Badge>{mode}</Badge>
      </Tile>
      <Tile name={t.files} to="storage" note={formatBytes(usage.bytes)}>
        {formatNumber(usage.files)}
      </Tile>
      <Tile name={t.documents} to="database" note={t.inCollections(usage.collections)}>
        {formatNumber(usage.documents)}
      </Tile>
      <Tile name={t.users} to="users" note={t.usersText}>
        {formatNumber(usage.users)}
      </Tile>
      <Tile name={t.memory} note={t.memoryText}>
        {formatBytes(memoryBytes)}
      </Tile>
    </ul>
  )
}

interface TileProps {
  readonly name: string
  readonly note: string
  readonly to?: PageName
  readonly children: ComponentChildren
}

function Tile({ name, note, to, children }: TileProps) {
  return (
    <li class="tile">
      <span class="tile-name">
        {to === undefined ? (
          name
        ) : (
          <Link to={to} class="tile-link">
            {name}
          </Link>
        )}
      </span>
      <span class="tile-value numbers">{children}</span>
      <span class="tile-note">{note}</span>
    </li>
  )
}
