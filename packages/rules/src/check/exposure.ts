import type { RuleNode } from '../language/ast.ts'
import type { World } from '../possible/possible-value.ts'
import { mayHold, mustHold } from '../possible/possible-values.ts'
import { nameless } from './rule-search.ts'

/** How much a rule opens to somebody who has nothing to do with it. */
export type Reach = 'none' | 'some' | 'all'

export const LEVELS: Readonly<Record<Reach, number>> = { none: 0, some: 1, all: 2 }

/** @param worlds of one login, and of files or documents that are not its own */
export function reachOf(root: RuleNode, worlds: readonly World[]): Reach {
  const rule = nameless(root)
  if (worlds.every((world) => mustHold(rule, world))) return 'all'
  return worlds.some((world) => mayHold(rule, world)) ? 'some' : 'none'
}
