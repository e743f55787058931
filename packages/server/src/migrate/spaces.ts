/** The space of an unfinished migration, in its target only. */
export const MIGRATION_SPACE = 'migration'

/** About the machines and the stores of an environment, not about the environment. */
const STAYING: ReadonlySet<string> = new Set(['leases', 'nodes', 'cluster', MIGRATION_SPACE])

/** Whether the records of a space move with their environment. */
export function isCopied(space: string): boolean {
  return !STAYING.has(space)
}
