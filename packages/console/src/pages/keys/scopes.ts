/** What an API key may do, as a form shows it. Pure. */

export const AREAS = ['storage', 'database', 'functions', 'users', 'settings'] as const
type Area = (typeof AREAS)[number]
export const ACCESSES = ['none', 'read', 'write'] as const
type Access = (typeof ACCESSES)[number]

/** The access to each area. */
export type Choice = Readonly<Record<Area, Access>>

export const NOTHING: Choice = {
  storage: 'none',
  database: 'none',
  functions: 'none',
  users: 'none',
  settings: 'none',
}

/** The scopes of a choice, as the admin API takes them. */
export function scopesOf(choice: Choice): readonly string[] {
  return AREAS.filter((area) => choice[area] !== 'none').map((area) => `${area}:${choice[area]}`)
}

/** The choice that scopes of the admin API stand for. `write` includes `read`. */
export function choiceOf(scopes: readonly string[]): Choice {
  const accessTo = (area: Area): Access =>
    scopes.includes(`${area}:write`) ? 'write' : scopes.includes(`${area}:read`) ? 'read' : 'none'
  return {
    storage: accessTo('storage'),
    database: accessTo('database'),
    functions: accessTo('functions'),
    users: accessTo('users'),
    settings: accessTo('settings'),
  }
}
