/** Reads the configuration file and watches it. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Text } from '@cloudstead/rules'
import { ConfigError } from './config-error.ts'
import { type ConfigText, EMPTY, readConfig } from './parse.ts'
import { type RuleWarning, ruleWarnings } from './rule-warnings.ts'
import { type ConfigContext, settingsOf } from './settings-of.ts'

/** Polling detects edits by any editor, also those that replace the file, on any file system. Well below the promised 2 s. */
const WATCH_INTERVAL_MS = 400
/** Editors write in several steps: an edit is complete when the file is unchanged for this long. */
const SETTLE_MS = 100

export interface ConfigFile {
  readonly path: string
  readonly context: ConfigContext
  state(): ConfigFileState
  /** Calls the listener after each valid edit, before the edit is reported. Returns how to stop. */
  follow(listener: () => void): () => void
  close(): void
}

/** The file as last read. */
export interface ConfigFileState extends ConfigText {
  /** When `raw` was read, in ms since the epoch. */
  readonly loadedAt: number
  /** The file as it is on the disk, also if it cannot be used; undefined when there is none. */
  readonly text: string | undefined
  /** Why `text` cannot be used; `raw` and `written` are then those of the last valid text. */
  readonly refused?: Text
}

interface ConfigEvents {
  /** An edit has taken effect. */
  reloaded(): void
  /** There are warnings about the rules of the configuration that has taken effect. */
  warned(warnings: readonly RuleWarning[]): void
  /** The edited file cannot be used; the configuration stays as it was. */
  refused(reason: string): void
}

export interface ConfigFileOptions {
  readonly path: string
  /** A missing file means the defaults, and takes effect when it appears. */
  readonly optional: boolean
  readonly context: ConfigContext
  readonly events: ConfigEvents
}

/**
 * Reads a configuration file and watches it: an edit takes effect within 2 s; an invalid edit changes nothing and is
 * reported.
 *
 * @throws ConfigError when the file cannot be used
 */
export function openConfigFile({ path, optional, context, events }: ConfigFileOptions): ConfigFile {
  const listeners = new Set<() => void>()
  const text = readText(path)
  if (text === undefined && !optional) throw new ConfigError({ en: `${path} does not exist`, zh: `${path} 不存在` })
  let state: ConfigFileState = load(text)
  warn(text)

  function load(content: string | undefined): ConfigFileState {
    const read = content === undefined ? EMPTY : usable(content)
    return { ...read, loadedAt: Date.now(), text: content }
  }

  function usable(content: string): ConfigText {
    try {
      const read = readConfig(content)
      settingsOf(read.raw, context)
      return read
    } catch (error) {
      if (error instanceof ConfigError)
        throw new ConfigError({ en: `${path}: ${error.text.en}`, zh: `${path}：${error.text.zh}` })
      throw error
    }
  }

  function warn(content: string | undefined): void {
    const warnings = content === undefined ? [] : ruleWarnings(content)
    if (warnings.length > 0) events.warned(warnings)
  }

  let settling: NodeJS.Timeout | undefined
  /** The file could not be read, so it may be unchanged. */
  let unreadable = false

  function look(): void {
    clearTimeout(settling)
    const seen = tryRead(path)
    settling = setTimeout(() => (tryRead(path) === seen ? take() : look()), SETTLE_MS)
  }

  function take(): void {
    let seen: string | undefined
    try {
      seen = readText(path)
      if (seen === state.text && !unreadable) return
      unreadable = false
      if (seen === undefined && !optional) throw new ConfigError({ en: `${path} was removed`, zh: `${path} 已被删除` })
      state = load(seen)
    } catch (error) {
      unreadable = seen === undefined
      refuse(seen, error instanceof ConfigError ? error.text : { en: String(error), zh: String(error) })
      return
    }
    for (const listener of listeners) listener()
    events.reloaded()
    warn(seen)
  }

  function refuse(text: string | undefined, reason: Text): void {
    const { raw, written, loadedAt } = state
    state = { raw, written, loadedAt, text, refused: reason }
    events.refused(reason.en)
  }

  watchFile(path, { interval: WATCH_INTERVAL_MS, persistent: false }, look)
  return {
    path,
    context,
    state: () => state,
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      clearTimeout(settling)
      unwatchFile(path, look)
    },
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigError({ en: `${path} cannot be read: ${message}`, zh: `无法读取 ${path}（${code}）` })
  }
}

/** Undefined for a file that cannot be read now; `take` reports it if this persists. */
function tryRead(path: string): string | undefined {
  try {
    return readText(path)
  } catch {
    return undefined
  }
}
