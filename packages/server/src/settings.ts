import type { DatabaseRules, StorageRules } from '@cloudstead/rules'

/** How the server was started: `start` for operation, `dev` on a developer's own machine. */
export type Mode = 'start' | 'dev'

/** The settings of an environment: the configuration file with every default filled in. */
export interface Settings {
  readonly storage: StorageSettings
  readonly database: DatabaseSettings
  readonly auth: AuthSettings
}

export interface StorageSettings {
  readonly acl: StorageRules
  /** Seconds that a temporary URL of a private file lives when nobody says otherwise. */
  readonly tempUrlMaxAge: number
  /** Bytes. */
  readonly maxFileSize: number
}

export interface DatabaseSettings {
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
    /** Whether login codes such as `dev:alice` give made-up openids. Only `dev` without a secret sets it. */
    readonly madeUpIdentities: boolean
  }
}

/** The settings that hold now. They change while the server runs, so ask each time and keep no part of the answer. */
export type CurrentSettings = () => Settings
