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
