import type { ServerNode, Traffic } from '@cloudstead/admin-api'

/**
 * The last answer of each server that has answered, in the order of their first answers. Servers that have ended are left
 * out, unless they answer.
 *
 * @param nodes all servers
 */
export function keepTraffic(
  known: readonly Traffic[],
  traffic: Traffic,
  nodes: readonly Pick<ServerNode, 'id'>[],
): readonly Traffic[] {
  const answers = new Map(known.map((one) => [one.server.id, one])).set(traffic.server.id, traffic)
  const there = new Set(nodes.map(({ id }) => id)).add(traffic.server.id)
  return [...answers.values()].filter(({ server }) => there.has(server.id))
}
