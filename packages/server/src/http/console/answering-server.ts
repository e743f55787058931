import type { NodeState } from '../../cluster/nodes.ts'

/**
 * The server that answers, for data that each server has of its own.
 *
 * @param nodes all servers, this one first, as `Nodes.list` returns them
 */
export function answeringServer(nodes: readonly NodeState[]) {
  const [self] = nodes
  if (self === undefined) throw new Error('the server is not in its own list')
  return { id: self.id, name: self.name, servers: nodes.length }
}
