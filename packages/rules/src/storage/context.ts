import type { RuleAuth } from '../caller/rule-auth.ts'

export type StorageOperation = 'read' | 'write'

/** The file that somebody wants to read or write. */
export interface StorageResource {
  /** The cloudPath. */
  readonly path: string
  /** The {id} of `users/{id}/...`; absent for other paths. */
  readonly claim?: string | undefined
  /** Ids of whoever uploaded the stored file; absent for a new file and for an upload by an administrator. */
  readonly creator?: readonly string[] | undefined
  /** False when the write would create the file. */
  readonly exists: boolean
  /** Bytes, when known. */
  readonly size?: number | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** What a decision is made from. Built by the server from values that it has verified, never from request data as such. */
export interface StorageRuleContext {
  readonly auth: RuleAuth | null
  readonly resource: StorageResource
  /** Milliseconds since 1970. */
  readonly now: number
}
