/** Turns a configuration into settings: defaults filled in, rules compiled, sizes in bytes. */
import { compileDatabaseRules, compileFunctionRules, compileStorageRules, RuleError } from '@cloudstead/rules'
import type { CollectionSettings, IndexSettings, Mode, Settings } from '../settings.ts'
import { ConfigError } from './config-error.ts'
import { DEFAULTS } from './defaults.ts'
import { type FunctionPlaces, functionsSettings } from './functions-settings.ts'
import type { RawCollection, RawConfig, RawIndex } from './raw-config.ts'

const MAX_FILE_SIZE_BYTES = 5 * 1024 ** 3

export interface ConfigContext {
  /** `dev` allows made-up WeChat users while there is no secret. */
  readonly mode: Mode
  /** From the process environment; used when the configuration has no `auth.wechat.secret`. */
  readonly wechatSecret?: string | undefined
  /** Absent when no function runs, as in a check of a configuration. */
  readonly functions?: FunctionPlaces | undefined
}

/**
 * The settings of a configuration.
 *
 * @throws ConfigError naming the invalid key and what is valid there
 */
export function settingsOf(raw: RawConfig, context: ConfigContext): Settings {
  const { storage = {}, database = {}, auth = {}, security = {}, functions = {} } = raw
  const secret = auth.wechat?.secret ?? context.wechatSecret
  const { resourceOpenid = DEFAULTS.storage.resourceOpenid } = storage
  const collections = Object.entries(database.collections ?? {}).map(
    ([name, collection]) => [name, collectionSettings(name, collection)] as const,
  )
  return {
    storage: {
      acl: compiled('storage.acl', () => compileStorageRules(storage.acl ?? DEFAULTS.storage.acl, { resourceOpenid })),
      tempUrlMaxAge: storage.tempUrlMaxAge ?? DEFAULTS.storage.tempUrlMaxAge,
      maxFileSize: parseSize(storage.maxFileSize ?? DEFAULTS.storage.maxFileSize),
    },
    database: { collections: new Map(collections) },
    auth: {
      anonymous: auth.anonymous ?? DEFAULTS.auth.anonymous,
      wechat: {
        ...(auth.wechat?.appid === undefined ? {} : { appid: auth.wechat.appid }),
        ...(secret === undefined ? {} : { secret }),
        apiBase: wechatOrigin(auth.wechat?.apiBase ?? DEFAULTS.auth.wechat.apiBase),
        madeUpIdentities: context.mode === 'dev' && secret === undefined,
      },
    },
    functions: {
      rules: compiled('functions.rules', () => compileFunctionRules(functions.rules)),
      ...functionsSettings(functions, context.functions),
    },
    security: {
      webDomains: lowerCase(security.webDomains ?? DEFAULTS.security.webDomains),
      hosts: lowerCase(security.hosts ?? DEFAULTS.security.hosts),
    },
  }
}

/** The AppSecret is sent there, so it must not cross a network in the clear. */
function wechatOrigin(text: string): string {
  const url = URL.parse(text)
  const safe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))
  if (url === null || !safe || `${url.origin}/` !== url.href) {
    throw new ConfigError({
      en: 'auth.wechat.apiBase must be an https:// address without a path, such as https://api.weixin.qq.com; http:// only for this machine',
      zh: 'auth.wechat.apiBase 必须是不带路径的 https:// 地址，例如 https://api.weixin.qq.com；http:// 只能用于本机',
    })
  }
  return url.origin
}

function lowerCase(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase())
}

/** @throws ConfigError naming the key of the invalid rules */
function compiled<T>(path: string, compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    if (error instanceof RuleError) {
      const where = error.key === undefined ? path : `${path}.${error.key}`
      throw new ConfigError({ en: `${where}: ${error.located.en}`, zh: `${where}：${error.located.zh}` })
    }
    throw error
  }
}

/** Bytes of the fields of an index, as JSON. They are its name in the records, which hold names of 4,096 bytes. */
const MAX_INDEX_BYTES = 4_000

function collectionSettings(name: string, raw: RawCollection): CollectionSettings {
  const { acl: rules = DEFAULTS.collection.acl, indexes: listed = DEFAULTS.collection.indexes } = raw
  const acl = compiled(`database.collections.${name}.acl`, () => compileDatabaseRules(rules))
  const indexes = listed.map(indexSettings)
  const names = indexes.map((index) => index.name)
  const twice = names.find((index, position) => names.indexOf(index) !== position)
  if (twice !== undefined)
    throw new ConfigError({
      en: `database.collections.${name}.indexes names ${twice} twice`,
      zh: `database.collections.${name}.indexes 中 ${twice} 出现了两次`,
    })
  if (indexes.some(({ fields }) => Buffer.byteLength(JSON.stringify(fields)) > MAX_INDEX_BYTES)) {
    throw new ConfigError({
      en: `database.collections.${name}.indexes: the paths of an index have at most ${MAX_INDEX_BYTES} bytes`,
      zh: `database.collections.${name}.indexes：一个索引的路径最多 ${MAX_INDEX_BYTES} 字节`,
    })
  }
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
    throw new ConfigError({
      en: `storage.maxFileSize must be between 1 byte and 5GB, not ${size}`,
      zh: `storage.maxFileSize 必须在 1 字节到 5GB 之间，而不是 ${size}`,
    })
  }
  return bytes
}
