import { CloudsteadError } from './errors.ts'

const AREAS = ['storage', 'database', 'functions', 'users', 'settings'] as const

/**
 * What an API key may do in one area. `write` includes `read`. Keys belong to users, rules to settings. Calling a function is
 * `functions:write`.
 */
export type Scope = `${(typeof AREAS)[number]}:${'read' | 'write'}`

/**
 * Reads the scopes of a new API key.
 *
 * @param text such as `storage:read,database`; an area alone means `write`
 * @throws CloudsteadError `INVALID_PARAM`
 */
export function parseScopes(text: string): readonly Scope[] {
  const scopes = text.split(',').map((part) => {
    const [, name, access = 'write'] = /^\s*([a-z]+)(?::(read|write))?\s*$/.exec(part) ?? []
    const area = AREAS.find((known) => known === name)
    if (area !== undefined && (access === 'read' || access === 'write')) return `${area}:${access}` as const
    throw new CloudsteadError('INVALID_PARAM', {
      en: `there is no scope ${JSON.stringify(part.slice(0, 100))}; valid scopes are ${AREAS.join(', ')}, each with :read or :write`,
      zh: `没有权限范围 ${JSON.stringify(part.slice(0, 100))}；可用的有 ${AREAS.join('、')}，各自可加 :read 或 :write`,
    })
  })
  return [...new Set(scopes)].sort()
}

/** @param held undefined when the key may do everything */
export function holdsScope(held: readonly Scope[] | undefined, needed: Scope): boolean {
  return held === undefined || held.includes(needed) || held.includes(needed.replace(/:read$/, ':write') as Scope)
}
