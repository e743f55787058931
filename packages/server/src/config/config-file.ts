/** Reads the configuration file and follows it. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { ConfigError } from './config-error.ts'
import { type ConfigText, EMPTY, readConfig } from './parse.ts'
import { type RuleWarning, ruleWarnings } from './rule-warnings.ts'
import { type ConfigContext, settingsOf } from './settings-of.ts'

/** Polling sees edits by any editor, also those that replace the file, on any file system. Well inside the promised 2 s. */
const WATCH_INTERVAL_MS = 400
/** Editors write in more than one step: an edit counts when the file reads the same again after this. */
const SETTLE_MS = 100

export interface ConfigFile {
  readonly path: string
  readonly context: ConfigContext
  state(): ConfigFileState
  /** Calls back after each edit that holds, before it is reported. Returns what ends it. */
  follow(listener: () => void): () => void
  close(): void
}

/** What is known of the file at one moment. */
export interface ConfigFileState extends ConfigText {
  /** Milliseconds since the epoch: when `raw` was read. */
  readonly loadedAt: number
  /** The file as it is on the disk, also where it cannot be used; undefined when there is none. */
  readonly text: string | undefined
  /** Why what is on the disk does not hold; what was read before it does then. */
  readonly refused?: string
}

interface ConfigEvents {
  /** New settings hold from now on. */
  reloaded(): void
  /** The settings that hold from now on have rules about which something is to be said. */
  warned(warnings: readonly RuleWarning[]): void
  /** The edited file cannot be used; the settings stay as they were. */
  refused(reason: string): void
}

export interface ConfigFileOptions {
  readonly path: string
  /** A missing file means the defaults, and is followed until it appears. */
  readonly optional: boolean
  readonly context: ConfigContext
  readonly events: ConfigEvents
}

/**
 * Reads a configuration file and follows it: an edit holds within 2 s, a bad edit changes nothing and is reported.
 *
 * @throws ConfigError when the file cannot be used at the start
 */
export function openConfigFile({ path, optional, context, events }: ConfigFileOptions): ConfigFile {
  const listeners = new Set<() => void>()
  const text = readText(path)
  if (text === undefined && !optional) throw new ConfigError(`${path} does not exist`)
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
      if (error instanceof ConfigError) throw new ConfigError(`${path}: ${error.message}`)
      throw error
    }
  }

  function warn(content: string | undefined): void {
    const warnings = content === undefined ? [] : ruleWarnings(content)
    if (warnings.length > 0) events.warned(warnings)
  }

  let settling: NodeJS.Timeout | undefined
  /** What is on the disk may be what it was, but nobody knows. */
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
      if (seen === undefined && !optional) throw new ConfigError(`${path} was removed`)
      state = load(seen)
    } catch (error) {
      unreadable = seen === undefined
      refuse(seen, (error as Error).message)
      return
    }
    for (const listener of listeners) listener()
    events.reloaded()
    warn(seen)
  }

  function refuse(text: string | undefined, reason: string): void {
    const { raw, written, loadedAt } = state
    state = { raw, written, loadedAt, text, refused: reason }
    events.refused(reason)
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
    throw new ConfigError(`${path} cannot be read: ${(error as Error).message}`)
  }
}

/** A file that cannot be read just now reads as nothing; `take` reports it if it stays so. */
function tryRead(path: string): string | undefined {
  try {
    return readText(path)
  } catch {
    return undefined
  }
}
