import type { Overview } from '@cloudstead/admin-api'
import type { ComponentChildren } from 'preact'
import { Link } from '../../app/link.tsx'
import type { PageName } from '../../app/route.ts'
import { formatBytes, formatDuration, formatNumber } from '../../i18n/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { t } from './text.ts'

const TONES = { ok: 'success', degraded: 'warning', draining: 'warning', failing: 'danger' } as const

interface TilesProps {
  readonly overview: Overview
  /** The worst state of all servers. */
  readonly state: Overview['state']
}

/** The state and the usage at a glance. The counts link to their pages. */
export function Tiles({ overview, state }: TilesProps) {
  const { nodes, mode, usage, memoryBytes } = overview
  const memory = nodes.length > 1 ? nodes.reduce((sum, { load }) => sum + load.memory, 0) : memoryBytes
  return (
    <ul class="tiles">
      <Tile name={t.state} note={state === 'ok' ? runningNote(overview) : t.stateNotes[state]}>
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
      <Tile name={t.memory} note={t.memoryText(nodes.length)}>
        {formatBytes(memory)}
      </Tile>
    </ul>
  )
}

function runningNote({ nodes, now, startedAt }: Overview): string {
  return nodes.length > 1 ? t.serverCount(nodes.length) : t.since(formatDuration((now - startedAt) / 1_000))
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
