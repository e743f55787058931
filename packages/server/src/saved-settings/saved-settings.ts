/** The current settings: the configuration file merged with the values saved in the Console. */
import { createHash } from 'node:crypto'
import { CloudsteadError, decodeWebValue } from '@cloudstead/protocol'
import { isPresetAcl, nearest, type Text } from '@cloudstead/rules'
import type { ConfigFile } from '../config/config-file.ts'
import { describeAll, describeOne, type Layers, type Setting } from '../config/describe.ts'
import { defaultOf, isSettingKey, valueAt } from '../config/keys.ts'
import { mergeLayers, refusal } from '../config/layers.ts'
import { maskSecrets } from '../config/mask-secrets.ts'
import { followChanges } from '../engines/records/follow.ts'
import type { RecordChange, Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { type CheckedRules, checkRulesText, type RulesTarget } from '../rule-tools/findings.ts'
import type { CurrentSettings } from '../settings.ts'
import { type ChangePage, type ChangeQuery, listChanges } from './history.ts'
import { invalidReasons, type RulesSetting, type RulesSubject, rulesKey } from './rules-setting.ts'
import { commitFile, commitValue, HEAD, loadValues } from './saved-values.ts'
import { SettingRefusedError } from './setting-refused-error.ts'

export { collectionKey } from '../config/keys.ts'

/** Characters of a value as JSON: the limit of a rules text; all other settings need fewer. */
const MAX_VALUE = 100_000
/** Characters of a version: enough to avoid collisions. */
const VERSION_LENGTH = 22

export interface SavedSettingsOptions {
  readonly records: Records
  readonly file: ConfigFile
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: { warn(details: object, message: string): void }
}

/** Every setting, and the state of the configuration file. */
interface SettingsOverview {
  readonly file: {
    readonly path: string
    readonly exists: boolean
    /** As it is on the disk, with secrets masked. */
    readonly text?: string
    /** Why the last edit of the file cannot be used. */
    readonly refused?: Text
    /** When the applied content of the file was read, in ms since the epoch. */
    readonly loadedAt?: number
  }
  /** To hand back when saving. */
  readonly version: string
  readonly values: readonly Setting[]
}

interface Saving {
  /** From `settings` or `rules`; the save is refused when something has changed since. */
  readonly version: string
  /** Who saves, for the history. */
  readonly by: string
}

export interface SavedSettings {
  /** The current settings: a plain read of a variable, for hot paths. */
  readonly current: CurrentSettings
  settings(): SettingsOverview
  /**
   * Saves a value, which applies at once.
   *
   * @throws SettingRefusedError; CloudsteadError INVALID_PARAM naming the key and what is valid
   */
  save(key: string, value: unknown, saving: Saving): Promise<void>
  /** Deletes the saved value, so that the file or the default applies. @throws SettingRefusedError `conflict` */
  reset(key: string, saving: Saving): Promise<void>
  /** Rules as written. Does not check whether the collection exists. */
  rules(subject: RulesSubject): RulesSetting
  /** Saves rules as written; they apply at once. @throws as `save` does */
  saveRules(subject: RulesSubject, text: string, saving: Saving): Promise<void>
  /** Checks rules under the current settings, without saving them. Never throws. */
  check(subject: RulesSubject, text: string): CheckedRules
  /** What `resource.openid` means in rules of files. */
  resourceOpenid(): 'path' | 'creator'
  /** The changes of settings, newest first. @throws CloudsteadError INVALID_PARAM for a bad `after` */
  changes(query: ChangeQuery): Promise<ChangePage>
  /** Waits for changes in progress. */
  close(): Promise<void>
}

/** Reads the saved values and merges them with the configuration file. */
export async function openSavedSettings({ records, file, now, log }: SavedSettingsOptions): Promise<SavedSettings> {
  let loaded = await loadValues(records)
  let layers = compose()
  /** Changes are made one at a time. */
  let queue: Promise<unknown> = Promise.resolve()
  /** A commit that `loaded` does not contain may have been written. */
  let stale = false

  warnSetAside(new Map())
  const unfollow = file.follow(() => {
    recompose()
    void recordFile()
  })
  await recordFile()
  const ending = new AbortController()
  const following = followChanges({
    records,
    spaces: [HEAD.space],
    changed: followSaves,
    failed: (error) => log.warn({ err: error }, 'changes of settings by other servers are not seen'),
    signal: ending.signal,
  })

  function compose(): Layers {
    const state = file.state()
    const { context } = file
    const merged = mergeLayers(state.raw, [...loaded.values.values()], context)
    return { file: state, context, saved: loaded.values, merged }
  }

  function recompose(): void {
    const { setAside } = layers.merged
    layers = compose()
    warnSetAside(setAside)
  }

  function warnSetAside(known: ReadonlyMap<string, Text>): void {
    for (const [setting, { en: reason }] of layers.merged.setAside) {
      if (known.get(setting)?.en === reason) continue
      const message = 'the saved value of this setting cannot be used and is set aside'
      log.warn({ setting, reason: masked(reason) }, message)
    }
  }

  function masked(text: string): string {
    return maskSecrets(text, [current().auth.wechat.secret])
  }

  function current() {
    return layers.merged.settings
  }

  function settings(): SettingsOverview {
    const { text, refused, loadedAt } = file.state()
    const values = describeAll(layers)
    return {
      file: {
        path: file.path,
        exists: text !== undefined,
        ...(text === undefined ? {} : { text: masked(text) }),
        ...(refused === undefined ? {} : { refused: { en: masked(refused.en), zh: masked(refused.zh) } }),
        loadedAt,
      },
      version: versionOf(values),
      values,
    }
  }

  /** Identifies the shown state of settings. It depends on saves of secrets, but not on their values. */
  function versionOf(values: readonly Setting[]): string {
    const saves = values.map(({ key }) => loaded.values.get(key)?.version ?? null)
    return createHash('sha256')
      .update(JSON.stringify([values, saves]))
      .digest('base64url')
      .slice(0, VERSION_LENGTH)
  }

  function rules(subject: RulesSubject): RulesSetting {
    const setting = describeOne(rulesKey(subject), layers)
    const { source, locked, kept, value, text = '' } = setting
    return {
      ...(subject === 'storage' ? {} : subject === 'functions' ? { functions: true } : subject),
      text,
      ...(isPresetAcl(value) ? { preset: value } : {}),
      source,
      locked,
      ...(locked ? { file: file.path } : {}),
      ...(kept === undefined ? {} : { kept }),
      resourceOpenid: resourceOpenid(),
      version: versionOf([setting]),
      findings: check(subject, text).findings,
    }
  }

  function check(subject: RulesSubject, text: string): CheckedRules {
    return checkRulesText(text, targetOf(subject), current().auth.anonymous)
  }

  function targetOf(subject: RulesSubject): RulesTarget {
    if (subject === 'storage') return { kind: 'storage', resourceOpenid: resourceOpenid() }
    return subject === 'functions' ? { kind: 'functions' } : { kind: 'database', ...subject }
  }

  function resourceOpenid(): 'path' | 'creator' {
    const key = 'storage.resourceOpenid'
    return (valueAt(layers.merged.raw, key) ?? defaultOf(key)) === 'creator' ? 'creator' : 'path'
  }

  /** @param unchanged whether the caller has seen the current version */
  function change(key: string, text: string | undefined, by: string, unchanged: () => boolean): Promise<void> {
    return commitInTurn(() => {
      if (text !== undefined && describeOne(key, layers).locked) throw new SettingRefusedError('locked')
      if (!unchanged()) throw new SettingRefusedError('conflict')
      if (loaded.values.get(key)?.text === text) return undefined
      const reason = text === undefined ? undefined : refusal(layers.merged.raw, { key, text }, file.context)
      if (reason !== undefined) throw new CloudsteadError('INVALID_PARAM', reason)
      return () => commitValue(records, loaded, { key, text }, { at: now(), by })
    })
  }

  /** Records in the history what has been edited in the file since it was last recorded. */
  function recordFile(): Promise<void> {
    const { written } = file.state()
    return commitInTurn(() => () => commitFile(records, loaded, written, now())).catch((error: unknown) => {
      log.warn({ err: error }, 'an edit of the configuration file could not be recorded in the history')
    })
  }

  /**
   * @param decide returns the commit, or undefined when there is nothing to change; throws when the change is refused.
   *   The commit resolves to false when `loaded` is out of date.
   */
  function commitInTurn(decide: () => (() => Promise<boolean>) | undefined): Promise<void> {
    const attempt = async () => {
      if (stale) await reload()
      const commit = decide()
      stale = true
      const done = commit === undefined || (await commit())
      await reload()
      return done ? undefined : CONFLICT
    }
    const done = queue.then(() =>
      retryOnConflict<void>(attempt, { exhausted: () => new CloudsteadError('SERVER_BUSY') }),
    )
    queue = done.catch(() => {})
    return done
  }

  /** Applies what other servers have saved. */
  function followSaves(changes: readonly RecordChange[] | undefined): Promise<void> {
    const reloaded = queue.then(async () => {
      const news = changes?.some(({ id, version }) => id === HEAD.id && version > (loaded.version ?? 0))
      if (news !== false) await reload()
    })
    queue = reloaded.catch(() => {})
    return reloaded
  }

  async function reload(): Promise<void> {
    loaded = await loadValues(records)
    stale = false
    recompose()
  }

  return {
    current,
    settings,
    async save(key, value, { version, by }) {
      if (!isSettingKey(key)) throw unknownKey(key, settings().values)
      await change(key, textOf(value), by, () => settings().version === version)
    },
    reset: (key, { version, by }) => change(key, undefined, by, () => settings().version === version),
    rules,
    async saveRules(subject, text, { version, by }) {
      const { valid, findings } = check(subject, text)
      if (!valid) throw new CloudsteadError('INVALID_PARAM', invalidReasons(text, findings))
      await change(rulesKey(subject), text, by, () => rules(subject).version === version)
    },
    check,
    resourceOpenid,
    changes: (query) => listChanges(records, query),
    async close() {
      unfollow()
      ending.abort()
      await following
      await queue
    },
  }
}

/** @throws CloudsteadError INVALID_PARAM for a value that is nested too deep or too long */
function textOf(value: unknown): string {
  decodeWebValue(value, 0)
  if (JSON.stringify(value).length > MAX_VALUE) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `value has more than ${MAX_VALUE} characters`,
      zh: `值超过 ${MAX_VALUE} 个字符`,
    })
  }
  return JSON.stringify(value, null, 2)
}

function unknownKey(key: string, values: readonly Setting[]): CloudsteadError {
  const keys = values.map((value) => value.key)
  const close = nearest(key, keys)
  const hint = close === undefined ? `there are ${keys.join(', ')}` : `did you mean ${close}?`
  const hintZh = close === undefined ? `可用的有 ${keys.join('、')}` : `是否想写 ${close}？`
  return new CloudsteadError('INVALID_PARAM', {
    en: `there is no setting ${key}; ${hint}`,
    zh: `没有设置项 ${key}；${hintZh}`,
  })
}
