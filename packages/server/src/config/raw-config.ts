/** A configuration as written: every key may be absent, and rules are not compiled. */
export interface RawConfig {
  readonly storage?: {
    readonly acl?: unknown
    readonly tempUrlMaxAge?: number
    readonly maxFileSize?: number | string
    readonly resourceOpenid?: 'path' | 'creator'
  }
  readonly database?: { readonly collections?: Readonly<Record<string, RawCollection>> }
  readonly auth?: {
    readonly anonymous?: boolean
    readonly wechat?: { readonly appid?: string; readonly secret?: string; readonly apiBase?: string }
  }
  readonly security?: { readonly webDomains?: readonly string[]; readonly hosts?: readonly string[] }
  readonly functions?: RawFunctions
}

export interface RawFunctions {
  readonly root?: string
  readonly rules?: unknown
  readonly http?: Readonly<Record<string, string | RawRoute>>
  readonly env?: Readonly<Record<string, string>>
  readonly defaults?: RawFunctionLimits
  readonly settings?: Readonly<Record<string, RawFunction>>
  readonly timers?: boolean
  readonly timezone?: string
  readonly watch?: boolean
  readonly sandbox?: boolean
}

export interface RawRoute {
  readonly function: string
  readonly auth?: boolean
  readonly wholePath?: boolean
  readonly pathRewrite?: { readonly prefix: string }
}

interface RawFunctionLimits {
  readonly timeout?: number
  readonly memorySize?: number
  readonly maxInstances?: number
  readonly idle?: number
}

export interface RawFunction extends RawFunctionLimits {
  readonly env?: Readonly<Record<string, string>>
  readonly handler?: string
  readonly triggers?: readonly RawTrigger[]
  readonly allow?: readonly string[]
}

export interface RawTrigger {
  readonly name: string
  readonly type?: 'timer'
  /** As in the files of the platform. */
  readonly config?: string
  readonly cron?: string
}

export interface RawCollection {
  readonly acl?: unknown
  readonly indexes?: readonly (string | RawIndex)[]
}

export interface RawIndex {
  readonly name?: string
  readonly fields: Readonly<Record<string, 1 | -1>>
  readonly unique?: boolean
}
