/** What rules are for, and the keys of the settings that hold them. */
import type { Query } from '../app/route.ts'

/** A collection, the functions, or without either the files. The selector of the operations about rules. */
export interface RulesTarget {
  readonly collection?: string
  readonly functions?: true
}

export const FILES: RulesTarget = {}
export const FUNCTIONS: RulesTarget = { functions: true }

export type RulesKind = 'storage' | 'database' | 'functions'

export function kindOf({ collection, functions }: RulesTarget): RulesKind {
  return functions ? 'functions' : collection === undefined ? 'storage' : 'database'
}

/** The target among the members of an answer, a denial or the query of an address. */
export function targetOf(of: {
  readonly collection?: string | undefined
  readonly functions?: unknown
  /** The name of a function. */
  readonly function?: string | undefined
}): RulesTarget {
  if (of.functions !== undefined || of.function !== undefined) return FUNCTIONS
  return of.collection === undefined ? FILES : { collection: of.collection }
}

/** The query of the page of permissions. */
export function queryOfTarget({ collection, functions }: RulesTarget): Query {
  return { ...(functions ? { functions: 1 } : {}), ...(collection === undefined ? {} : { collection }) }
}

export function aclKey({ collection, functions }: RulesTarget): string {
  if (functions) return 'functions.rules'
  return collection === undefined ? 'storage.acl' : `database.collections.${collection}.acl`
}

/** What the rules of a setting are for; undefined for other settings. */
export function targetOfKey(key: string): RulesTarget | undefined {
  if (key === 'storage.acl') return FILES
  if (key === 'functions.rules') return FUNCTIONS
  const collection = /^database\.collections\.(.+)\.acl$/.exec(key)?.[1]
  return collection === undefined ? undefined : { collection }
}
