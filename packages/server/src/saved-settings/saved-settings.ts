/** The settings that hold: the configuration file, and below it what was saved in the Console. */
import { createHash } from 'node:crypto'
import type { Finding, Rules, Setting, SettingChange, Settings } from '@cloudstead/admin-api'
import { CloudsteadError, decodeWebValue } from '@cloudstead/protocol'
import { isPresetAcl, nearest } from '@cloudstead/rules'
import { describeAll, describeOne, type Layers } from '../config/describe.ts'
import type { ConfigFile } from '../config/config-file.ts'
import { defaultOf, isSettingKey, valueAt } from '../config/keys.ts'
import { layered, refusal } from '../config/layers.ts'
import { maskSecrets } from '../config/mask-secrets.ts'
import type { Records } from '../engines/records/records.ts'
import { type CheckedRules, checkRulesText } from '../rule-tools/findings.ts'
import type { CurrentSettings } from '../settings.ts'
import { listChanges } from './history.ts'
import { commitFile, commitValue, type Loaded, loadValues, type StoredValue } from './saved-values.ts'

export { collectionKey } from '../config/keys.ts'

/** Commits that found that another process had saved something meanwhile. */
const MAX_ATTEMPTS = 20
const DEFAULT_PAGE = 50
/** Characters of a value as JSON: what the text of rules may have, and no other setting needs as many. */
const MAX_VALUE = 100_000
/** Characters of a version: enough that two states never share one by chance. */
const VERSION_LENGTH = 22

export interface SavedSettingsOptions {
  readonly records: Records
  readonly file: ConfigFile
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: {
    info(details: object, message: string): void
    warn(details: object, message: string): void
  }
}

/** Whoever saves something, as the history names them. */
export interface Saving {
  /** What `settings` or `rules` gave; the save is refused when something changed since. */
  readonly version: string
  readonly by: string
}

export interface SavedSettings {
  /** What holds now. A plain read of a variable, for hot paths. */
  readonly current: CurrentSettings
  settings(): Settings
  /**
   * Makes another value hold at once, and keeps it.
   *
   * @throws CloudsteadError CONSOLE_SETTING_LOCKED when the file or the environment sets it, CONSOLE_CONFLICT,
   *   INVALID_PARAM naming the key and what is valid
   */
  save(key: string, value: unknown, saving: Saving): Promise<void>
  /** Forgets what was saved, so that the file or the default holds. @throws CloudsteadError CONSOLE_CONFLICT */
  reset(key: string, saving: Saving): Promise<void>
  /** The rules of a collection, or without one those of storage. Whether the collection exists is not asked. */
  rules(collection: string | undefined): Rules
  /** Makes other rules hold at once, and keeps them as they are written. @throws CloudsteadError as `save` does */
  saveRules(collection: string | undefined, text: string, saving: Saving): Promise<void>
  /** What there is to say about rules while they are written, under the settings that hold. Never throws. */
  check(collection: string | undefined, text: string): CheckedRules
  /** What `resource.openid` is in rules of files. */
  resourceOpenid(): 'path' | 'creator'
  /** What was changed, newest first. @throws CloudsteadError INVALID_PARAM for a bad `after` */
  changes(page: {
    readonly key?: string | undefined
    readonly after?: string | undefined
    readonly limit?: number | undefined
  }): Promise<{ readonly items: readonly SettingChange[]; readonly next?: string }>
  /** Waits until everything that was begun is done. */
  close(): Promise<void>
}

/** Reads what was saved and puts it below the configuration file. */
export async function openSavedSettings(options: SavedSettingsOptions): Promise<SavedSettings> {
  const service = new Service(options, await loadValues(options.records))
  await service.noteFile()
  return service
}

class Service implements SavedSettings {
  readonly current: CurrentSettings = () => this.#layers.layered.settings
  readonly #options: SavedSettingsOptions
  readonly #unfollow: () => void
  #loaded: Loaded
  #layers: Layers
  /** Changes are made one after the other. */
  #queue: Promise<unknown> = Promise.resolve()
  /** A commit failed in a way that leaves open whether it was written. */
  #stale = false

  constructor(options: SavedSettingsOptions, loaded: Loaded) {
    this.#options = options
    this.#loaded = loaded
    this.#layers = this.#compose(loaded)
    this.#warnAside(new Map())
    this.#unfollow = options.file.follow(() => {
      this.#recompose()
      void this.noteFile()
    })
  }

  settings(): Settings {
    const { file } = this.#options
    const { text, refused, loadedAt } = file.state()
    const values = describeAll(this.#layers)
    const secrets = this.#secrets()
    return {
      file: {
        path: file.path,
        exists: text !== undefined,
        ...(text === undefined ? {} : { text: maskSecrets(text, secrets) }),
        ...(refused === undefined ? {} : { refused: maskSecrets(refused, secrets) }),
        loadedAt,
      },
      version: this.#versionOf(values),
      values: [...values],
    }
  }

  async save(key: string, value: unknown, { version, by }: Saving): Promise<void> {
    if (!isSettingKey(key)) throw unknownKey(key, this.settings().values)
    const text = textOf(value)
    await this.#change({ key, text }, by, () => this.settings().version === version)
  }

  async reset(key: string, { version, by }: Saving): Promise<void> {
    await this.#change({ key, text: undefined }, by, () => this.settings().version === version)
  }

  rules(collection: string | undefined): Rules {
    const key = rulesKey(collection)
    const setting = describeOne(key, this.#layers)
    const { source, locked, kept, value, text = '' } = setting
    const { path } = this.#options.file
    return {
      ...(collection === undefined ? {} : { collection }),
      text,
      ...(isPresetAcl(value) ? { preset: value } : {}),
      source,
      locked,
      ...(locked ? { file: path } : {}),
      ...(kept === undefined ? {} : { kept }),
      resourceOpenid: this.resourceOpenid(),
      version: this.#versionOf([setting]),
      findings: [...this.check(collection, text).findings],
    }
  }

  async saveRules(collection: string | undefined, text: string, { version, by }: Saving): Promise<void> {
    const { valid, findings } = this.check(collection, text)
    if (!valid) throw new CloudsteadError('INVALID_PARAM', placesOf(text, findings))
    await this.#change({ key: rulesKey(collection), text }, by, () => this.rules(collection).version === version)
  }

  changes({ key, after, limit = DEFAULT_PAGE }: Parameters<SavedSettings['changes']>[0]) {
    return listChanges(this.#options.records, { key, after, limit })
  }

  async close(): Promise<void> {
    this.#unfollow()
    await this.#queue
  }

  /** Writes down what was edited in the file since it was last looked at. */
  noteFile(): Promise<void> {
    const { records, file, now, log } = this.#options
    const { written } = file.state()
    const noted = this.#inTurn(() => this.#commit(() => commitFile(records, this.#loaded, written, now())))
    return noted.catch((error: unknown) => {
      log.warn({ err: error }, 'an edit of the configuration file could not be written into the history')
    })
  }

  check(collection: string | undefined, text: string): CheckedRules {
    const { anonymous } = this.current().auth
    return collection === undefined
      ? checkRulesText(text, { kind: 'storage', resourceOpenid: this.resourceOpenid() }, anonymous)
      : checkRulesText(text, { kind: 'database', collection }, anonymous)
  }

  resourceOpenid(): 'path' | 'creator' {
    const key = 'storage.resourceOpenid'
    return (valueAt(this.#layers.layered.raw, key) ?? defaultOf(key)) === 'creator' ? 'creator' : 'path'
  }

  #change(change: { key: string; text: string | undefined }, by: string, unchanged: () => boolean): Promise<void> {
    const { records, now } = this.#options
    return this.#inTurn(() =>
      this.#commit(async () => {
        if (change.text !== undefined && describeOne(change.key, this.#layers).locked) {
          throw new CloudsteadError('CONSOLE_SETTING_LOCKED')
        }
        if (!unchanged()) throw new CloudsteadError('CONSOLE_CONFLICT')
        if (this.#loaded.values.get(change.key)?.text === change.text) return true
        if (change.text !== undefined) this.#judge(change.key, change.text)
        return commitValue(records, this.#loaded, change, { at: now(), by })
      }),
    )
  }

  /** @throws CloudsteadError INVALID_PARAM when this text cannot hold for the key */
  #judge(key: string, text: string): void {
    const reason = refusal(this.#layers.layered.raw, { key, text }, this.#options.file.context)
    if (reason !== undefined) throw new CloudsteadError('INVALID_PARAM', reason)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => {})
    return done
  }

  /** @param attempt resolves to false when something was saved that we do not know of */
  async #commit(attempt: () => Promise<boolean>): Promise<void> {
    for (let tried = 0; tried < MAX_ATTEMPTS; tried += 1) {
      if (this.#stale) await this.#reload()
      const { version } = this.#loaded
      this.#stale = true
      const done = await attempt().catch((error: unknown) => {
        // What was refused before it came to a commit leaves nothing open.
        if (error instanceof CloudsteadError) this.#stale = false
        throw error
      })
      await this.#reload()
      if (done) return
      if (this.#loaded.version === version) break
    }
    throw new CloudsteadError('SERVER_BUSY')
  }

  async #reload(): Promise<void> {
    this.#loaded = await loadValues(this.#options.records)
    this.#stale = false
    this.#recompose()
  }

  #compose(loaded: Loaded): Layers {
    const { file } = this.#options
    const state = file.state()
    const saved: ReadonlyMap<string, StoredValue> = loaded.values
    return { file: state, context: file.context, saved, layered: layered(state.raw, [...saved.values()], file.context) }
  }

  #recompose(): void {
    const { aside } = this.#layers.layered
    this.#layers = this.#compose(this.#loaded)
    this.#warnAside(aside)
  }

  #warnAside(known: ReadonlyMap<string, string>): void {
    const secrets = this.#secrets()
    for (const [setting, reason] of this.#layers.layered.aside) {
      if (known.get(setting) === reason) continue
      const message = 'what was saved in the Console for this setting cannot be used and is set aside'
      this.#options.log.warn({ setting, reason: maskSecrets(reason, secrets) }, message)
    }
  }

  #secrets(): readonly (string | undefined)[] {
    return [this.current().auth.wechat.secret]
  }

  /** Names what there is to see, without the secrets: of these only when they were saved. */
  #versionOf(values: readonly Setting[]): string {
    const saves = values.map(({ key }) => this.#loaded.values.get(key)?.version ?? null)
    return createHash('sha256')
      .update(JSON.stringify([values, saves]))
      .digest('base64url')
      .slice(0, VERSION_LENGTH)
  }
}

/** @throws CloudsteadError INVALID_PARAM for a name that no collection can have */
function rulesKey(collection: string | undefined): string {
  const key = collection === undefined ? 'storage.acl' : `database.collections.${collection}.acl`
  if (isSettingKey(key)) return key
  throw new CloudsteadError('INVALID_PARAM', 'a collection name has letters, digits, - and _')
}

/** @throws CloudsteadError INVALID_PARAM for what is too deep or too long to be written, let alone to be a setting */
function textOf(value: unknown): string {
  decodeWebValue(value, 0)
  if (JSON.stringify(value).length > MAX_VALUE) {
    throw new CloudsteadError('INVALID_PARAM', `value has more than ${MAX_VALUE} characters`)
  }
  return JSON.stringify(value, null, 2)
}

function unknownKey(key: string, values: readonly Setting[]): CloudsteadError {
  const keys = values.map((value) => value.key)
  const close = nearest(key, keys)
  const hint = close === undefined ? `there are ${keys.join(', ')}` : `did you mean ${close}?`
  return new CloudsteadError('INVALID_PARAM', `there is no setting ${key}; ${hint}`)
}

/** Why a text is no rules, and where: line and column count from 1. */
function placesOf(text: string, findings: readonly Finding[]): string {
  const reasons = findings
    .filter(({ code }) => code === 'invalid')
    .map(({ key, from, message }) => {
      const lines = text.slice(0, from).split('\n')
      const place = from === undefined ? '' : `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}: `
      return `${place}${key === undefined ? '' : `${key}: `}${message.en}`
    })
  return reasons.join('; ')
}
