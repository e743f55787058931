/**
 * The configuration file: reading, judging, filling in defaults, and following edits. Looks at neither the command line
 * nor the process environment: what counts of them is handed in.
 */
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import {
  checkDatabaseRules,
  checkStorageRules,
  compileDatabaseRules,
  compileStorageRules,
  nearest,
  parseRulesText,
  RuleError,
  type RuleFinding,
} from '@cloudstead/rules'
import { Ajv, type ErrorObject } from 'ajv'

import type { CollectionSettings, CurrentSettings, IndexSettings, Settings } from './settings.ts'

/** Polling sees edits by any editor, also those that replace the file, on any file system. Well inside the promised 2 s. */
const WATCH_INTERVAL_MS = 400
/** Editors write in more than one step: an edit counts when the file reads the same again after this. */
const SETTLE_MS = 100
const DEFAULT_TEMP_URL_MAX_AGE_S = 7200
const MAX_FILE_SIZE_BYTES = 5 * 1024 ** 3
const DEFAULT_MAX_FILE_SIZE = '100MB'
const DEFAULT_WECHAT_API = 'https://api.weixin.qq.com'

/** The configuration cannot be used. The message is meant for a person and says what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export interface ConfigContext {
  /** `dev` turns on made-up WeChat identities when there is no secret. */
  readonly mode: 'start' | 'dev'
  /** From the process environment; stands in for `auth.wechat.secret`. */
  readonly wechatSecret?: string | undefined
}

interface RawConfig {
  storage?: {
    acl?: unknown
    tempUrlMaxAge?: number
    maxFileSize?: number | string
    resourceOpenid?: 'path' | 'creator'
  }
  database?: { collections?: Record<string, { acl?: unknown; indexes?: (string | RawIndex)[] }> }
  auth?: { anonymous?: boolean; wechat?: { appid?: string; secret?: string; apiBase?: string } }
}

interface RawIndex {
  name?: string
  fields: Record<string, 1 | -1>
  unique?: boolean
}

const schema = JSON.parse(readFileSync(new URL('../config.schema.json', import.meta.url), 'utf8')) as object
const validate = new Ajv({ allErrors: true, strict: true, verbose: true }).compile<RawConfig>(schema)

/**
 * The settings that a configuration text means: JSON, in which comments and trailing commas are tolerated, because rules
 * are pasted with them, and a key that stands twice is not, because JSON would silently drop the first rule.
 *
 * @throws ConfigError naming each key that is wrong, and for an unknown key the nearest valid one
 */
export function parseConfig(text: string, context: ConfigContext): Settings {
  return settingsOf(readConfig(text), context)
}

/** A finding about the rules of a configuration. */
export interface RuleWarning extends RuleFinding {
  /** Where the rule stands: `storage.acl.read`, `database.collections.orders.acl.write`. */
  readonly path: string
}

/**
 * What the rules of a configuration let through, or keep out, that their author may not have meant.
 *
 * @throws ConfigError as `parseConfig` does
 */
export function ruleWarnings(text: string): readonly RuleWarning[] {
  const { storage = {}, database = {}, auth = {} } = readConfig(text)
  const anonymous = auth.anonymous ?? true
  const resourceOpenid = storage.resourceOpenid ?? 'path'
  const ofDocuments = Object.entries(database.collections ?? {}).flatMap(([name, { acl = 'PRIVATE' }]) =>
    placed(`database.collections.${name}.acl`, checkDatabaseRules(acl, { anonymous, collection: name })),
  )
  const ofFiles = placed('storage.acl', checkStorageRules(storage.acl ?? 'READONLY', { resourceOpenid, anonymous }))
  return [...ofFiles, ...ofDocuments].filter(({ severity }) => severity !== 'note')
}

function placed(path: string, findings: readonly RuleFinding[]): readonly RuleWarning[] {
  return findings.map((finding) => ({ ...finding, path: finding.key === undefined ? path : `${path}.${finding.key}` }))
}

function readConfig(text: string): RawConfig {
  let raw: unknown
  try {
    raw = parseRulesText(text).value
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const place = error.line === undefined ? '' : `line ${error.line}, column ${error.column}: `
    throw new ConfigError(`not valid JSON: ${place}${error.text.en}`)
  }
  if (!validate(raw)) throw new ConfigError(describe(validate.errors ?? []))
  return raw
}

/** The settings of an empty configuration. */
export function defaultSettings(context: ConfigContext): Settings {
  return settingsOf({}, context)
}

function settingsOf(raw: RawConfig, context: ConfigContext): Settings {
  const { storage = {}, database = {}, auth = {} } = raw
  const secret = auth.wechat?.secret ?? context.wechatSecret
  const collections = Object.entries(database.collections ?? {}).map(
    ([name, collection]) => [name, collectionSettings(name, collection)] as const,
  )
  return {
    storage: {
      acl: compiled('storage.acl', () =>
        compileStorageRules(storage.acl ?? 'READONLY', { resourceOpenid: storage.resourceOpenid ?? 'path' }),
      ),
      tempUrlMaxAge: storage.tempUrlMaxAge ?? DEFAULT_TEMP_URL_MAX_AGE_S,
      maxFileSize: parseSize(storage.maxFileSize ?? DEFAULT_MAX_FILE_SIZE),
    },
    database: { collections: new Map(collections) },
    auth: {
      anonymous: auth.anonymous ?? true,
      wechat: {
        ...(auth.wechat?.appid === undefined ? {} : { appid: auth.wechat.appid }),
        ...(secret === undefined ? {} : { secret }),
        apiBase: (auth.wechat?.apiBase ?? DEFAULT_WECHAT_API).replace(/\/+$/, ''),
        madeUpIdentities: context.mode === 'dev' && secret === undefined,
      },
    },
  }
}

/** @throws ConfigError that says where in the configuration the fault lies */
function compiled<T>(path: string, compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    if (error instanceof RuleError) {
      const where = error.key === undefined ? path : `${path}.${error.key}`
      throw new ConfigError(`${where}: ${error.message}`)
    }
    throw error
  }
}

function collectionSettings(name: string, raw: { acl?: unknown; indexes?: (string | RawIndex)[] }): CollectionSettings {
  const acl = compiled(`database.collections.${name}.acl`, () => compileDatabaseRules(raw.acl ?? 'PRIVATE'))
  const indexes = (raw.indexes ?? []).map(indexSettings)
  const names = indexes.map((index) => index.name)
  const twice = names.find((index, position) => names.indexOf(index) !== position)
  if (twice !== undefined) throw new ConfigError(`database.collections.${name}.indexes names ${twice} twice`)
  return { acl, indexes }
}

function indexSettings(raw: string | RawIndex): IndexSettings {
  const fields = typeof raw === 'string' ? [[raw, 1] as const] : Object.entries(raw.fields)
  const derived = fields.map(([path, direction]) => `${path}_${direction}`).join('_')
  return {
    name: typeof raw === 'string' ? derived : (raw.name ?? derived),
    fields,
    unique: typeof raw === 'string' ? false : (raw.unique ?? false),
  }
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

function parseSize(size: number | string): number {
  const match = typeof size === 'string' ? /^([0-9.]+) ?([KMG]?B)$/.exec(size) : null
  const bytes =
    typeof size === 'number' ? size : Math.floor(Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN))
  if (!(bytes >= 1 && bytes <= MAX_FILE_SIZE_BYTES)) {
    throw new ConfigError(`storage.maxFileSize must be between 1 byte and 5GB, not ${size}`)
  }
  return bytes
}

function describe(errors: readonly ErrorObject[]): string {
  // A key that fits no alternative of a oneOf reports every alternative; the oneOf itself says enough.
  const unions = errors.filter((error) => error.keyword === 'oneOf').map((error) => error.instancePath)
  const shown = errors.filter(
    (error) =>
      error.keyword === 'additionalProperties' || error.keyword === 'oneOf' || !unions.includes(error.instancePath),
  )
  return [...new Set(shown.map(describeOne))].join('; ')
}

function describeOne(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  const at = path === '' ? 'the configuration' : path
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params.additionalProperty)
      const valid = Object.keys((error.parentSchema as { properties?: object }).properties ?? {})
      const close = nearest(unknown, valid)
      const hint = close === undefined ? `valid keys: ${valid.join(', ')}` : `did you mean ${close}?`
      return `unknown key ${path === '' ? '' : `${path}.`}${unknown} (${hint})`
    }
    case 'enum':
      return `${at} must be one of ${(error.params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
    case 'oneOf':
      return `${at} is not valid: ${expectation(at)}`
    case 'propertyNames':
      return `${at}: ${JSON.stringify(error.params.propertyName)} is not a valid name (letters, digits, - and _)`
    default:
      return `${at} ${error.message ?? 'is not valid'}`
  }
}

function expectation(path: string): string {
  if (path === 'storage.acl') {
    return 'expected READONLY, PRIVATE, ADMINWRITE, ADMINONLY or { "read": ..., "write": ..., "maxAge": seconds }'
  }
  if (/^database\.collections\.[^.]+\.acl$/.test(path)) {
    return 'expected READONLY, PRIVATE, ADMINWRITE, ADMINONLY or { "read": ..., "write": ..., "create": ..., "update": ..., "delete": ... }'
  }
  if (path === 'storage.maxFileSize') return 'expected a number of bytes or a text such as "100MB"'
  if (/\.(read|write|create|update|delete)$/.test(path))
    return 'expected true, false or an expression of at most 1,024 characters'
  return 'expected a field name or { "fields": { "name": 1 }, "unique": false }'
}

export interface ConfigFile {
  readonly current: CurrentSettings
  close(): void
}

export interface ConfigEvents {
  /** New settings hold from now on. */
  reloaded(): void
  /** The settings that hold from now on have rules about which something is to be said. */
  warned(warnings: readonly RuleWarning[]): void
  /** The edited file cannot be used; the settings stay as they were. */
  refused(reason: string): void
}

/**
 * Reads a configuration file and follows it: an edit holds within 2 s, a bad edit changes nothing and is reported.
 * When `optional`, a missing file means the defaults (and is followed until it appears).
 *
 * @throws ConfigError when the file cannot be used at the start
 */
export function openConfigFile(
  file: string,
  optional: boolean,
  context: ConfigContext,
  events: ConfigEvents,
): ConfigFile {
  let text = readText(file)
  if (text === undefined && !optional) throw new ConfigError(`${file} does not exist`)
  let settings = load(text)
  warn(text)

  function load(content: string | undefined): Settings {
    if (content === undefined) return defaultSettings(context)
    try {
      return parseConfig(content, context)
    } catch (error) {
      if (error instanceof ConfigError) throw new ConfigError(`${file}: ${error.message}`)
      throw error
    }
  }

  function warn(content: string | undefined): void {
    const warnings = content === undefined ? [] : ruleWarnings(content)
    if (warnings.length > 0) events.warned(warnings)
  }

  let settling: NodeJS.Timeout | undefined

  function look(): void {
    clearTimeout(settling)
    const seen = tryRead(file)
    settling = setTimeout(() => (tryRead(file) === seen ? take() : look()), SETTLE_MS)
  }

  function take(): void {
    try {
      const seen = readText(file)
      if (seen === text) return
      text = seen
      if (seen === undefined && !optional) throw new ConfigError(`${file} was removed`)
      settings = load(seen)
      events.reloaded()
      warn(seen)
    } catch (error) {
      events.refused((error as Error).message)
    }
  }

  watchFile(file, { interval: WATCH_INTERVAL_MS, persistent: false }, look)
  return {
    current: () => settings,
    close() {
      clearTimeout(settling)
      unwatchFile(file, look)
    },
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

/** A file that cannot be read just now reads as nothing; `take` reports it if it stays so. */
function tryRead(file: string): string | undefined {
  try {
    return readText(file)
  } catch {
    return undefined
  }
}
