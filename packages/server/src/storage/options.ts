import type { Caller } from '@cloudstead/protocol'
import type { Blobs } from '../engines/blobs/blobs.ts'
import type { Records } from '../engines/records/records.ts'
import type { Secrets } from '../secrets.ts'
import type { CurrentSettings } from '../settings.ts'
import type { BlobReferences } from './blob-references.ts'

/** What the storage service needs: the engines, the keys, the settings and the clock. */
export interface StorageOptions {
  readonly env: string
  readonly records: Records
  readonly blobs: Blobs
  /** Who needs which blobs. The service adds the files to it. */
  readonly references: BlobReferences
  readonly secrets: Secrets
  readonly settings: CurrentSettings
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** How long the bytes of deleted files are kept at least, in ms, so that a restore of the records finds them. */
  readonly keepDeletedMs?: number
  /** Whether the login of a caller is still valid: a revoked session cannot upload. */
  readonly stillValid: (caller: Caller) => Promise<boolean>
  /** Reports a failure that did not affect the answer to a request. */
  readonly onBackgroundError: (error: unknown, what: string) => void
}
