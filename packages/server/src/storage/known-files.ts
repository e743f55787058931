import { objectPathname } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { Recent } from '../recent.ts'
import { type Body, bodyOf } from './body.ts'
import { FILES_SPACE, type FileRecord, fileOf } from './file-record.ts'

/** Files whose records were read a moment ago. One takes about 2 KB, and 16 KB at most. */
const RECENT_FILES = 2_000
/** Characters of a record. A longer one is not remembered: the metadata of its uploader can take 20 times as much when parsed. */
const MAX_RECORD = 1_000

/** A file as its record is in one version, and what follows from it. */
export interface KnownFile {
  readonly version: number
  readonly objectId: string
  readonly file: FileRecord
  readonly body: Body
  /** Path of the bare URL. */
  readonly pathname: string
}

/**
 * Reads the files of object ids, in their order; undefined for one that does not exist. Every call reads the records. A
 * record that has the same version as the last time is not parsed again, and the file is the same object, unless its record
 * is long.
 */
export type KnownFiles = (objectIds: readonly string[]) => Promise<readonly (KnownFile | undefined)[]>

export function createKnownFiles({ records }: { readonly records: Pick<Records, 'get'> }): KnownFiles {
  const recent = new Recent<string, KnownFile>(RECENT_FILES)
  return async (objectIds) => {
    const stored = await records.get(objectIds.map((id) => ({ space: FILES_SPACE, id })))
    return stored.map((record) => {
      if (record === undefined) return undefined
      const { id: objectId, version } = record
      const known = recent.get(objectId)
      if (known?.version === version) return known
      const file = fileOf(record)
      const read = { version, objectId, file, body: bodyOf(file), pathname: objectPathname(objectId, file.path) }
      if (record.value.length <= MAX_RECORD) recent.set(objectId, read)
      return read
    })
  }
}
