import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '../config/config-error.ts'
import type { ConfigContext, ConfigFile } from '../config/index.ts'
import { readConfig } from '../config/parse.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { openSavedSettings, type SavedSettings } from './saved-settings.ts'

/** Setup for the tests of saved settings: the service on the real embedded engine, and a file that tests edit. */
export interface SavedSetup {
  settings: SavedSettings
  records: Records
  /** Everything that was logged, as one string. */
  logged(): string
  /** Edits the configuration file; an invalid edit is refused as in the real one. */
  edit(config: object | string): void
  /** Closes everything and opens it again; `meanwhile` is the file that was edited in between. */
  restart(meanwhile?: object): Promise<void>
  /** A second service on the same records, like another process. `records` replaces the engine. */
  second(records?: (own: Records) => Records): Promise<SavedSettings>
  /** Saves with the current version. */
  save(key: string, value: unknown): Promise<void>
  reset(key: string): Promise<void>
  dispose(): Promise<void>
}

/** @param context of the process; by default `start` without a secret */
export async function setUpSaved(config: object = {}, context: ConfigContext = { mode: 'start' }): Promise<SavedSetup> {
  const folder = await mkdtemp(join(tmpdir(), 'saved-settings-'))
  const lines: string[] = []
  const write = (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`)
  const log = { info: write, warn: write }
  const listeners = new Set<() => void>()
  const read = (text: string) => ({ ...readConfig(text), loadedAt: 1, text })
  let state: ReturnType<ConfigFile['state']> = read(JSON.stringify(config))
  const file: ConfigFile = {
    path: '/etc/cloudstead.config.json',
    context,
    state: () => state,
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {},
  }
  let clock = 1_000
  const now = () => ++clock

  const open = async (instead = (own: Records) => own) => {
    const records = await openSqliteRecords({ file: join(folder, 'records.db') })
    return { records, settings: await openSavedSettings({ records: instead(records), file, now, log }) }
  }

  const others: { settings: SavedSettings; records: Records }[] = []
  const setup: SavedSetup = {
    ...(await open()),
    logged: () => lines.join('\n'),
    edit(edited) {
      const text = typeof edited === 'string' ? edited : JSON.stringify(edited)
      try {
        state = read(text)
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        state = { ...state, text, refused: error.text }
        return
      }
      for (const listener of listeners) listener()
    },
    async restart(meanwhile) {
      await setup.settings.close()
      await setup.records.close()
      if (meanwhile !== undefined) state = read(JSON.stringify(meanwhile))
      Object.assign(setup, await open())
    },
    async second(instead) {
      const other = await open(instead)
      others.push(other)
      return other.settings
    },
    save: (key, value) => setup.settings.save(key, value, { version: setup.settings.settings().version, by: 'tester' }),
    reset: (key) => setup.settings.reset(key, { version: setup.settings.settings().version, by: 'tester' }),
    async dispose() {
      for (const { settings, records } of [setup, ...others]) {
        await settings.close()
        await records.close()
      }
      await rm(folder, { recursive: true })
    },
  }
  return setup
}
