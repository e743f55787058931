/** The settings of functions: paths absolute, routes checked, time zones in minutes. */
import { resolve } from 'node:path'
import type { Text } from '@cloudstead/rules'
import type {
  FunctionOptions,
  FunctionPermission,
  FunctionRoute,
  FunctionsSettings,
  TimerTrigger,
} from '../settings.ts'
import { ConfigError } from './config-error.ts'
import { DEFAULTS } from './defaults.ts'
import type { RawFunction, RawFunctions, RawRoute, RawTrigger } from './raw-config.ts'

/** Where the functions may be. */
export interface FunctionPlaces {
  /** The directory that the command line names, absolute; it overrides the configuration. */
  readonly directory?: string | undefined
  /** What holds when the configuration names no root, absolute. */
  readonly fallback?: string | undefined
  /** What `functions.root` is relative to: the directory of the configuration file. */
  readonly base: string
}

/** Bytes of the names and values of the variables of one function: the limit of the platform. */
const MAX_ENV_BYTES = 4 * 1024

/**
 * @param places absent when no function runs
 * @throws ConfigError naming the invalid key and what is valid there
 */
export function functionsSettings(
  raw: RawFunctions,
  places: FunctionPlaces | undefined,
): Omit<FunctionsSettings, 'rules'> {
  const { http = {}, env = {}, settings = {} } = raw
  checkEnv('functions.env', env)
  return {
    root: places === undefined ? undefined : rootOf(raw.root, places),
    http: routes(http),
    env,
    defaults: { ...DEFAULTS.functions.defaults, ...raw.defaults },
    options: new Map(Object.entries(settings).map(([name, one]) => [name, functionOptions(name, one, env)])),
    timers: raw.timers ?? DEFAULTS.functions.timers,
    timezone: minutesOf(raw.timezone ?? DEFAULTS.functions.timezone),
    watch: raw.watch ?? DEFAULTS.functions.watch,
    sandbox: raw.sandbox ?? DEFAULTS.functions.sandbox,
  }
}

function rootOf(root: string | undefined, { directory, fallback, base }: FunctionPlaces): string | undefined {
  return directory ?? (root === undefined ? fallback : resolve(base, root))
}

/** @param text as the schema has checked it: `+08:00` */
function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.slice(1).split(':').map(Number)
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function functionOptions(name: string, raw: RawFunction, common: Readonly<Record<string, string>>): FunctionOptions {
  const { triggers, allow, env, ...rest } = raw
  checkEnv(`functions.settings.${name}.env`, { ...common, ...env })
  return {
    ...rest,
    ...(env === undefined ? {} : { env }),
    ...(triggers === undefined ? {} : { triggers: timers(`functions.settings.${name}.triggers`, triggers) }),
    // The schema has checked each of them.
    ...(allow === undefined ? {} : { allow: allow as readonly FunctionPermission[] }),
  }
}

function checkEnv(path: string, env: Readonly<Record<string, string>>): void {
  const bytes = Object.entries(env).reduce((sum, [name, value]) => sum + Buffer.byteLength(`${name}${value}`), 0)
  if (bytes > MAX_ENV_BYTES) {
    fail(path, {
      en: `the variables of a function have at most ${MAX_ENV_BYTES} bytes, names and values together, not ${bytes}`,
      zh: `一个函数的环境变量（名称与值合计）最多 ${MAX_ENV_BYTES} 字节，而不是 ${bytes}`,
    })
  }
  const nul = Object.entries(env).find(([, value]) => value.includes('\0'))
  if (nul !== undefined) {
    fail(`${path}.${nul[0]}`, { en: 'a variable has no NUL character', zh: '环境变量不能包含 NUL 字符' })
  }
}

function timers(path: string, raw: readonly RawTrigger[]): readonly TimerTrigger[] {
  const listed = raw.map(({ name, config, cron }, index) => {
    const given = cron ?? config
    if (given === undefined || (cron !== undefined && config !== undefined)) {
      return fail(`${path}.${index}`, {
        en: 'a trigger has either "config" or "cron": second minute hour day month weekday year',
        zh: '触发器需要 "config" 或 "cron" 之一：秒 分 时 日 月 星期 年',
      })
    }
    return { name, cron: given }
  })
  const twice = listed.find(({ name }, index) => listed.findIndex((other) => other.name === name) !== index)
  if (twice !== undefined) fail(path, { en: `names ${twice.name} twice`, zh: `${twice.name} 出现了两次` })
  return listed
}

/** The longest path first. @throws ConfigError */
function routes(http: Readonly<Record<string, string | RawRoute>>): readonly FunctionRoute[] {
  const listed = Object.entries(http).map(([path, raw]) =>
    route(path, typeof raw === 'string' ? { function: raw } : raw),
  )
  const twice = listed.find(({ path }, index) => listed.findIndex((other) => other.path === path) !== index)
  if (twice !== undefined) {
    fail('functions.http', { en: `has the path ${twice.path} twice`, zh: `路径 ${twice.path} 出现了两次` })
  }
  return listed.toSorted((a, b) => b.path.length - a.path.length)
}

function route(path: string, raw: RawRoute): FunctionRoute {
  const key = `functions.http.${path}`
  checkPath(key, path)
  const prefix = raw.pathRewrite?.prefix
  if (prefix !== undefined) checkPath(`${key}.pathRewrite.prefix`, prefix)
  return {
    path: withoutEnd(path),
    function: raw.function,
    auth: raw.auth ?? false,
    wholePath: raw.wholePath ?? false,
    ...(prefix === undefined ? {} : { rewrite: withoutEnd(prefix) }),
  }
}

function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Characters of the path of a route. */
const MAX_PATH = 1000

/** They are for the platform and for the web. */
const RESERVED = ['/__auth', '/.well-known']

function checkPath(key: string, path: string): void {
  const valid: Text = {
    en: 'a path begins with /, has no empty, . or .. segment, and none of % ? # \\ or blanks',
    zh: '路径以 / 开头，不含空段、. 或 .. 段，也不含 %、?、#、\\ 和空白',
  }
  const segments = withoutEnd(path).slice(1).split('/')
  const dotted = segments.some((segment) => segment === '.' || segment === '..' || (segment === '' && path !== '/'))
  if (!path.startsWith('/') || path.length > MAX_PATH || dotted || UNSAFE.test(path)) fail(key, valid)
  const reserved = RESERVED.find((taken) => path === taken || path.startsWith(`${taken}/`))
  if (reserved !== undefined) fail(key, { en: `${reserved} is reserved`, zh: `${reserved} 是保留路径` })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const UNSAFE = /[%?#\\\s\u0000-\u001f\u007f]/

function fail(key: string, { en, zh }: Text): never {
  throw new ConfigError({ en: `${key}: ${en}`, zh: `${key}：${zh}` })
}
