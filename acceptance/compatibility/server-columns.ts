/** The server SDKs in which each call is tried. */
import type { ApiKey, LoginKey, RunningServer } from '../support/server.ts'

export interface ServerColumn {
  readonly packageName: string
  readonly version: string
  /**
   * How the requests are authorized: signed with the secret key (TC3-HMAC-SHA256), with the API key, or as those of a
   * function on the server.
   */
  readonly by: 'signature' | 'key' | 'function'
}

const SDKS = [
  { packageName: '@cloudbase/node-sdk', version: 'node-sdk 3.18.3', ways: ['signature', 'key', 'function'] },
  { packageName: '@cloudbase/node-sdk-2', version: 'node-sdk 2.11.0', ways: ['signature', 'function'] },
  { packageName: 'wx-server-sdk-2', version: 'wx-server-sdk 2.6.3', ways: ['signature', 'function'] },
  { packageName: 'wx-server-sdk', version: 'wx-server-sdk 4.0.2', ways: ['signature', 'function'] },
] as const

export const SERVER_COLUMNS: readonly ServerColumn[] = SDKS.flatMap(({ ways, ...sdk }) =>
  ways.map((by) => ({ ...sdk, by })),
)

/** What a column needs of the server. */
export interface ServerSetup {
  readonly column: ServerColumn
  readonly server: Pick<RunningServer, 'url' | 'env'>
  readonly apiKey: ApiKey
  readonly loginKey: LoginKey
  /** A PRIVATE collection that no other column uses. */
  readonly collection: string
  /** The id of a user with a custom login. */
  readonly customUserId: string
}

/** The SDK of WeChat cloud functions, which is an SDK of its own around the same requests. */
export function isWx({ packageName }: ServerColumn): boolean {
  return packageName.startsWith('wx-server-sdk')
}
