import type { Cloud } from './cloud.ts'

/**
 * The connection of the running program. WeChat creates components itself, and passes neither functions nor objects with
 * methods through properties, so a component can find the connection only here.
 */
let current: Cloud | undefined

export function setConnected(cloud: Cloud): void {
  current = cloud
}

/** What the latest `connect` returned; undefined before the first. For components, which cannot receive it as a property. */
export function connected(): Cloud | undefined {
  return current
}
