import type { Rules } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { type Loaded, useLoaded } from '../../data/use-loaded.ts'

/** The target of an operation about rules: a collection, or without one the files. */
export function targetOf(collection: string | undefined): { readonly collection?: string } {
  return collection === undefined ? {} : { collection }
}

/** The rules in force for a collection, or without one for files. */
export function useRules(collection: string | undefined): Loaded<Rules> {
  return useLoaded((signal) => call('getRules', { query: targetOf(collection) }, { signal }), collection)
}
