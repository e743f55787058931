import type { Rules } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { aclKey, type RulesTarget } from '../../data/rules-target.ts'
import { type Loaded, useLoaded } from '../../data/use-loaded.ts'

/** The rules in force. */
export function useRules(target: RulesTarget): Loaded<Rules> {
  return useLoaded((signal) => call('getRules', { query: target }, { signal }), aclKey(target))
}
