import type { CollectionInfo } from '@cloudstead/admin-api'
import { call } from '../api/index.ts'
import { type Loaded, useLoaded } from './use-loaded.ts'

export type Collections = Loaded<readonly CollectionInfo[]>

/** Every collection with its counts. */
export function useCollections(): Collections {
  return useLoaded(async (signal) => (await call('listCollections', {}, { signal })).items)
}
