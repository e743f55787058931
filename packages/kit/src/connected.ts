import type { Cloud } from './connect.ts'

/**
 * The connection of the running program. A component in somebody's page has no other way to it: WeChat makes components
 * itself, and neither functions nor objects with methods pass through properties.
 */
let current: Cloud | undefined

export function setConnected(cloud: Cloud): void {
  current = cloud
}

/** What the latest `connect` returned; undefined before. For components, which nobody can hand it to. */
export function connected(): Cloud | undefined {
  return current
}
