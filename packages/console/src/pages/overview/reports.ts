import type { Overview } from '@cloudstead/admin-api'

/** A server that has not answered for this long may be in another state by now. */
const KEPT_MS = 60_000

/** What a server has said about itself. */
export interface Report extends Pick<Overview, 'state' | 'problems'> {
  readonly id: string
  readonly name: string
  /** When it said so, by the clock of the database. */
  readonly at: number
}

/** Something to tell: a problem of some servers, or that they are stopping. */
export interface Trouble {
  readonly kind: (typeof KINDS)[number]
  /** The names of the servers. */
  readonly names: readonly string[]
}

/**
 * The last report of each server. Behind a load balancer every request can be answered by another server, and what one of
 * them reports must not vanish when another one answers.
 */
export function keepReports(known: readonly Report[], overview: Overview): readonly Report[] {
  const { nodes, now, state, problems } = overview
  const [self] = nodes
  if (self === undefined) return known
  const there = new Set(nodes.map(({ id }) => id))
  const others = known.filter(({ id, at }) => id !== self.id && there.has(id) && now - at < KEPT_MS)
  return [...others, { id: self.id, name: self.name, state, problems, at: now }]
}

const STATES = ['ok', 'draining', 'degraded', 'failing'] as const

/** The worst state of them. */
export function stateOf(reports: readonly Report[]): Overview['state'] {
  return STATES[Math.max(0, ...reports.map(({ state }) => STATES.indexOf(state)))] ?? 'ok'
}

const KINDS = ['records', 'blobs', 'draining'] as const

/** Each problem once, with all servers that have it. A wrong clock is among the warnings. */
export function troublesOf(reports: readonly Report[]): readonly Trouble[] {
  return KINDS.map((kind) => ({
    kind,
    names: reports
      .filter(({ state, problems }) => (kind === 'draining' ? state === kind : problems.includes(kind)))
      .map(({ name }) => name)
      .sort(),
  })).filter(({ names }) => names.length > 0)
}
