/**
 * Denied requests of several servers. Each server keeps its own, and behind a load balancer any of them may answer a request.
 * Nobody can choose the server, so a request that only one of them can answer is repeated until that one does.
 */
import type { AnsweringServer, Denial } from '@cloudstead/admin-api'
import type { Answer } from '../../api/index.ts'

/** Requests until a server that one waits for has answered, or counts as unreachable. */
const MAX_TURNS = 20
/** More than the clocks of servers in order differ. */
const CLOCKS_MS = 10_000

/** A denial on the page. Two servers have the same id for equal denials, so here it is the id of the server and theirs. */
export interface ShownDenial extends Denial {
  readonly server: AnsweringServer
}

type DenialsPage = Answer<'listDenials'>
type Ask = (query: { readonly after?: string; readonly since: number }) => Promise<DenialsPage>

/** The time of the newest known denial of each server, by its id; the server that has not answered for longest is first. */
export type Newest = Map<string, number>

/** The denials of a page as rows. */
export function rowsOf({ server, items }: DenialsPage): readonly ShownDenial[] {
  return items.map((denial) => ({ ...denial, id: `${server.id}.${denial.id}`, server }))
}

/** What is known at first. */
export function newestOf(listed: readonly ShownDenial[]): Newest {
  const newest: Newest = new Map()
  for (const { server, at } of listed) newest.set(server.id, Math.max(at, newest.get(server.id) ?? 0))
  return newest
}

/** The page after `after`. If its server cannot be reached, the list ends. */
export async function pageAfter(ask: Ask, after: string, since = 0): Promise<DenialsPage> {
  const page = await askUntil(ask, { after, since }, ({ items, next }) => items.length > 0 || next !== after)
  return page.next === after ? { server: page.server, items: [] } : page
}

/**
 * Asks for what is new.
 *
 * @param newest is updated
 * @returns `latest`: the denials that have come, and known ones; `earlier`: those of a server that has answered for the first
 *   time, from before
 */
export async function pollDenials(
  ask: Ask,
  newest: Newest,
): Promise<{ readonly latest: readonly ShownDenial[]; readonly earlier: readonly ShownDenial[] }> {
  // A millisecond before the newest one of the slowest server, as others may have been denied in the same millisecond.
  const since = newest.size === 0 ? 0 : Math.min(...newest.values()) - 1
  const first = await ask({ since })
  const { id, servers } = first.server
  const known = newest.get(id)
  const latest = await allOf(ask, first, since, known)
  const earlier = known === undefined && newest.size > 0 ? await allOfServer(ask, id) : []
  const at = Math.max(
    ...[...latest, ...earlier].map((denial) => denial.at),
    known ?? Math.max(0, ...newest.values()) - CLOCKS_MS,
  )
  newest.delete(id)
  newest.set(id, Math.max(1, at))
  for (const gone of [...newest.keys()].slice(0, -servers)) newest.delete(gone)
  return { latest, earlier }
}

/** The denials from this page on, down to the time `until`. */
async function allOf(ask: Ask, first: DenialsPage, since: number, until = 0): Promise<readonly ShownDenial[]> {
  const rows = [...rowsOf(first)]
  let { next } = first
  while (next !== undefined && (rows.at(-1)?.at ?? 0) >= until) {
    const page = await pageAfter(ask, next, since)
    rows.push(...rowsOf(page))
    next = page.next
  }
  return rows
}

async function allOfServer(ask: Ask, id: string): Promise<readonly ShownDenial[]> {
  const first = await askUntil(ask, { since: 0 }, ({ server }) => server.id === id)
  return first.server.id === id ? allOf(ask, first, 0) : []
}

async function askUntil(
  ask: Ask,
  query: Parameters<Ask>[0],
  fits: (page: DenialsPage) => boolean,
): Promise<DenialsPage> {
  let page = await ask(query)
  for (let turn = 1; turn < MAX_TURNS && !fits(page); turn += 1) page = await ask(query)
  return page
}
