import type { RuleNode } from '../language/ast.ts'
import type { World } from '../possible/possible-value.ts'
import { mayHold, mustHold } from '../possible/possible-values.ts'
import { withoutCallerLookups } from './missing-parts.ts'

/** How many of other users' files or documents a rule lets a caller access. */
export type Exposure = 'none' | 'some' | 'all'

export const EXPOSURE_LEVELS: Readonly<Record<Exposure, number>> = { none: 0, some: 1, all: 2 }

/** @param worlds of one login, with files or documents of other users */
export function exposureOf(root: RuleNode, worlds: readonly World[]): Exposure {
  const rule = withoutCallerLookups(root)
  if (worlds.every((world) => mustHold(rule, world))) return 'all'
  return worlds.some((world) => mayHold(rule, world)) ? 'some' : 'none'
}
