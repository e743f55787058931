/** The server SDKs in which each call is tried. */
import type { ApiKey, LoginKey, RunningServer } from '../support/server.ts'

export interface ServerColumn {
  readonly packageName: string
  readonly version: string
  /** How the requests are authorized: signed with the secret key (TC3-HMAC-SHA256), or with the API key. */
  readonly by: 'signature' | 'key'
}

export const SERVER_COLUMNS: readonly ServerColumn[] = [
  { packageName: '@cloudbase/node-sdk', version: 'node-sdk 3.18.3', by: 'signature' },
  { packageName: '@cloudbase/node-sdk', version: 'node-sdk 3.18.3', by: 'key' },
  { packageName: '@cloudbase/node-sdk-2', version: 'node-sdk 2.11.0', by: 'signature' },
  { packageName: 'wx-server-sdk-2', version: 'wx-server-sdk 2.6.3', by: 'signature' },
  { packageName: 'wx-server-sdk', version: 'wx-server-sdk 4.0.2', by: 'signature' },
]

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
