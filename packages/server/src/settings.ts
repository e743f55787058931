import type { DatabaseRules, FunctionRules, StorageRules } from '@cloudstead/rules'

/** How the server was started: `start` for operation, `dev` on a developer's own machine. */
export type Mode = 'start' | 'dev'

/** The settings of an environment: the configuration file with every default filled in. */
export interface Settings {
  readonly storage: StorageSettings
  readonly database: DatabaseSettings
  readonly auth: AuthSettings
  readonly security: SecuritySettings
  readonly functions: FunctionsSettings
}

export interface FunctionsSettings {
  /** The directory of the functions, absolute; undefined when there are none. */
  readonly root: string | undefined
  /** Who may invoke functions through the SDKs. */
  readonly rules: FunctionRules
  /** Routes of the configuration; the project may have more. */
  readonly http: readonly FunctionRoute[]
  /** Variables of all functions. */
  readonly env: Readonly<Record<string, string>>
  readonly defaults: FunctionOptions
  /** By the name of the function. */
  readonly options: ReadonlyMap<string, FunctionOptions>
  /** Whether timers run. */
  readonly timers: boolean
  /** Of timers: minutes east of UTC. */
  readonly timezone: number
  /** Whether changes of files take effect while the server runs. */
  readonly watch: boolean
  /** Whether functions run under Node's permission model. */
  readonly sandbox: boolean
}

/** What an operator lets one function do beyond its sandbox: `addons`, `child-process`, or `read:` and an absolute path. */
export type FunctionPermission = 'addons' | 'child-process' | `read:/${string}`

/** A timer of a function. */
export interface TimerTrigger {
  readonly name: string
  /** Seven fields: second minute hour day month weekday year. */
  readonly cron: string
}

/** A path below `/fn` and the function that answers there. */
export interface FunctionRoute {
  /** Begins with a slash and has none at the end, except for `/` alone: `/getLoginTicket`. */
  readonly path: string
  readonly function: string
  /** Whether a caller needs an access token. */
  readonly auth: boolean
  /** Whether the event has the whole path or only what follows the path of the route. */
  readonly wholePath: boolean
  /** What replaces the path of the route in the event. */
  readonly rewrite?: string | undefined
}

/** What a configuration says about functions; what is absent comes from the project or is a default. */
export interface FunctionOptions {
  /** Seconds. */
  readonly timeout?: number | undefined
  /** MB. */
  readonly memorySize?: number | undefined
  readonly maxInstances?: number | undefined
  /** Seconds for which an instance without calls is kept. */
  readonly idle?: number | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly handler?: string | undefined
  readonly triggers?: readonly TimerTrigger[] | undefined
  readonly allow?: readonly FunctionPermission[] | undefined
}

export interface StorageSettings {
  readonly acl: StorageRules
  /** Default lifetime of a temporary URL of a private file, in seconds. */
  readonly tempUrlMaxAge: number
  /** Bytes. */
  readonly maxFileSize: number
}

interface DatabaseSettings {
  readonly collections: ReadonlyMap<string, CollectionSettings>
}

export interface CollectionSettings {
  readonly acl: DatabaseRules
  readonly indexes: readonly IndexSettings[]
}

export interface IndexSettings {
  readonly name: string
  /** Dotted paths in order, each ascending (1) or descending (-1). */
  readonly fields: readonly (readonly [path: string, direction: 1 | -1])[]
  readonly unique: boolean
}

export interface AuthSettings {
  readonly anonymous: boolean
  readonly wechat: {
    readonly appid?: string
    readonly secret?: string
    readonly apiBase: string
    /** Whether login codes such as `dev:alice` give made-up openids: only in `dev` and without a secret. */
    readonly madeUpIdentities: boolean
  }
}

interface SecuritySettings {
  /** Web sites that may call from a browser, in lower case: `shop.example.com`, or with a scheme or a port. */
  readonly webDomains: readonly string[]
  /** Names, besides loopback names and that of the public URL, by which this server may be reached, in lower case. */
  readonly hosts: readonly string[]
}

/** The current settings. They change while the server runs: call it each time and keep no part of the result. */
export type CurrentSettings = () => Settings
