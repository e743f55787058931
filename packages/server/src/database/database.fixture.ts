import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type AdminCaller, CloudsteadError, type UserCaller } from '@cloudstead/protocol'
import { compileDatabaseRules, type PresetAcl } from '@cloudstead/rules'
import { createLeases } from '../engines/records/lease.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import type { CollectionSettings, IndexSettings, Settings } from '../settings.ts'
import { createDatabase, type Database, type DatabaseOptions } from './database.ts'

/** Databases on the real engine, for the tests of this folder. */

export const ADMIN: AdminCaller = { kind: 'admin', keyId: 'test' }

export function user(uid: string, ids: Partial<Pick<UserCaller, 'openid' | 'customUserId'>> = {}): UserCaller {
  return { kind: 'user', uid, loginType: 'CUSTOM', sessionId: `session-${uid}`, ...ids }
}

export function index(fields: IndexSettings['fields'], unique = false): IndexSettings {
  return { name: fields.map(([path]) => path).join('_'), fields, unique }
}

export type Declared = Record<string, PresetAcl | (Omit<CollectionSettings, 'acl'> & { readonly acl: unknown })>

function settingsOf(collections: Declared): Settings {
  const entries = Object.entries(collections).map(([name, value]): [string, CollectionSettings] => [
    name,
    typeof value === 'string'
      ? { acl: compileDatabaseRules(value), indexes: [] }
      : { ...value, acl: compileDatabaseRules(value.acl) },
  ])
  // The database reads no other settings.
  const settings: Pick<Settings, 'database'> = { database: { collections: new Map(entries) } }
  return settings as Settings
}

export interface TestDatabase {
  readonly records: Records
  readonly database: Database
  /** Changes the settings while the database runs. */
  declare(collections: Declared): void
  /** Another database on the same records, as another process would have. */
  another(options?: Partial<DatabaseOptions>): Database
}

export async function openDatabase(
  t: TestContext,
  collections: Declared,
  options: Partial<DatabaseOptions> = {},
): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudstead-database-'))
  const records = await openSqliteRecords({ file: join(folder, 'records.db') })
  let settings = settingsOf(collections)
  const leases = createLeases({ records, now: Date.now, alone: true })
  const another = (more: Partial<DatabaseOptions> = {}) =>
    createDatabase({ records, settings: () => settings, leases, ...options, ...more })
  const database = another()
  t.after(async () => {
    await database.close()
    await records.close()
    await rm(folder, { recursive: true })
  })
  return {
    records,
    database,
    another,
    declare: (next) => {
      settings = settingsOf(next)
    },
  }
}

/** The code of the CloudsteadError that a promise rejects with, or `accepted`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    return error instanceof CloudsteadError ? error.code : `threw ${error}`
  }
}

/** The code of the CloudsteadError that a function throws, or `accepted`. */
export function codeThrown(work: () => unknown): string {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof CloudsteadError ? error.code : `threw ${error}`
  }
}
