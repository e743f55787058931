import type { Overview, ServerNode } from '@cloudstead/admin-api'

/** Servers say every 10 s that they are there: this one has missed it twice. */
const SILENT_MS = 25_000
/** A difference of clocks to look at. */
const CLOCK_OFF_MS = 1_000
/** From here on the server calls its clock wrong. */
const CLOCK_WRONG_MS = 5_000

/** A server, as the table shows it. */
export interface ServerRow extends ServerNode {
  readonly state: 'serving' | 'stopping' | 'silent'
  readonly clock: 'right' | 'off' | 'wrong'
  /** It has answered this page. */
  readonly answers: boolean
  /** Another version than that of other servers. */
  readonly differs: boolean
}

/** The servers, oldest first: an order that stays while they take turns to answer. */
export function serverRows({ nodes, now }: Pick<Overview, 'nodes' | 'now'>): readonly ServerRow[] {
  const differs = new Set(nodes.map(({ version }) => version)).size > 1
  return nodes
    .map((node, index) => ({
      ...node,
      state: stateOf(node, now),
      clock: clockOf(Math.abs(node.clockOffsetMs)),
      answers: index === 0,
      differs,
    }))
    .sort((a, b) => a.startedAt - b.startedAt || (a.name < b.name ? -1 : 1))
}

function stateOf({ seenAt, isDraining }: ServerNode, now: number): ServerRow['state'] {
  if (now - seenAt > SILENT_MS) return 'silent'
  return isDraining ? 'stopping' : 'serving'
}

function clockOf(offsetMs: number): ServerRow['clock'] {
  return offsetMs > CLOCK_WRONG_MS ? 'wrong' : offsetMs > CLOCK_OFF_MS ? 'off' : 'right'
}
