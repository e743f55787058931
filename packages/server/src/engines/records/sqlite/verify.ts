import { DatabaseSync } from 'node:sqlite'
import { type EntryList, unpackEntries } from '../entry-list.ts'

/** Names an index entry: of which record, in which index. */
interface EntryName {
  readonly space: string
  readonly index: string
  readonly id: string
}

/** The result of a check of a records database. All three lists are empty when it is sound. */
export interface RecordsReport {
  readonly records: number
  readonly entries: number
  /** Entries that no record claims. */
  readonly strayEntries: readonly EntryName[]
  /** Entries that a record claims and the index lacks. */
  readonly missingEntries: readonly EntryName[]
  /** What the database engine says about damage to the file. */
  readonly damage: readonly string[]
}

/**
 * Compares every record of a database with its index entries, and has the engine check the file. Reads all of it, so it
 * is for a command or a test; sees one snapshot and changes nothing. Throws when the file is missing or no database.
 */
export function verifySqliteRecords(file: string): RecordsReport {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    db.exec('BEGIN')
    const damage = db
      .prepare('PRAGMA integrity_check')
      .all()
      .map((row) => String(row.integrity_check))
    const missingEntries: EntryName[] = []
    const strayEntries: EntryName[] = []
    let records = 0
    let entries = 0

    const stored = db.prepare('SELECT 1 FROM entries WHERE space = ? AND idx = ? AND key = ? AND id = ? AND rid = ?')
    for (const row of db.prepare('SELECT rid, space, id, entries FROM records').iterate()) {
      const { rid, space, id, entries: list } = row as unknown as RecordRow
      records += 1
      for (const { index, key } of unpackEntries(list).values()) {
        if (!stored.get(space, index, key, id, rid)) missingEntries.push({ space, index, id })
      }
    }

    const claimed = db.prepare('SELECT entries FROM records WHERE rid = ? AND space = ? AND id = ?')
    for (const row of db.prepare('SELECT space, idx, key, id, rid FROM entries').iterate()) {
      const { space, idx, key, id, rid } = row as unknown as EntryRow
      entries += 1
      const list = claimed.get(rid, space, id)?.entries as EntryList | undefined
      const claims = [...unpackEntries(list).values()]
      const isClaimed = claims.some((claim) => claim.index === idx && Buffer.compare(claim.key, key) === 0)
      if (!isClaimed) strayEntries.push({ space, index: idx, id })
    }
    return { records, entries, strayEntries, missingEntries, damage: damage.filter((line) => line !== 'ok') }
  } finally {
    db.close()
  }
}

interface RecordRow {
  readonly rid: number
  readonly space: string
  readonly id: string
  readonly entries: EntryList
}

interface EntryRow {
  readonly space: string
  readonly idx: string
  readonly key: Uint8Array
  readonly id: string
  readonly rid: number
}
