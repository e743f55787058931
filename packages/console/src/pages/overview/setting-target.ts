import type { Target } from '../../app/route.ts'
import { queryOfTarget, targetOfKey } from '../../data/rules-target.ts'

/** The page on which a setting is changed. */
export function settingTarget(key: string): Target {
  const target = targetOfKey(key)
  if (target === undefined) return { to: 'settings', query: { key } }
  return { to: 'permissions', query: queryOfTarget(target) }
}
