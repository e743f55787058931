/** The SDKs through which the errors are seen. */
import type { EndPointMode, SdkLine } from '../support/sdk.ts'
import type { ApiKey, LoginKey, RunningServer } from '../support/server.ts'
import type { Sighting } from './sighting.ts'

export interface AppColumn {
  readonly name: string
  readonly sdk: SdkLine
  readonly mode: EndPointMode
  readonly build: 'wechat' | 'node' | 'web'
}

interface ServerColumn {
  readonly name: string
  readonly build: 'server'
}

export type ErrorColumn = AppColumn | ServerColumn

export const ERROR_COLUMNS: readonly ErrorColumn[] = [
  { name: 'js-sdk 2.27.2, CLOUD_API', sdk: '2.27.2', mode: 'CLOUD_API', build: 'wechat' },
  { name: 'js-sdk 3.7.0, CLOUD_API', sdk: '3.7.0', mode: 'CLOUD_API', build: 'wechat' },
  { name: 'js-sdk 3.7.0, GATEWAY, Mini Program', sdk: '3.7.0', mode: 'GATEWAY', build: 'wechat' },
  { name: 'js-sdk 3.7.0, GATEWAY, Node', sdk: '3.7.0', mode: 'GATEWAY', build: 'node' },
  { name: 'node-sdk 3.18.3', build: 'server' },
]

/** In Chromium, on a page of a listed web site. */
export const WEB_COLUMNS: readonly AppColumn[] = [
  { name: 'js-sdk 3.7.0, CLOUD_API', sdk: '3.7.0', mode: 'CLOUD_API', build: 'web' },
  { name: 'js-sdk 3.7.0, GATEWAY', sdk: '3.7.0', mode: 'GATEWAY', build: 'web' },
]

/** What the situations need of the server. */
export interface ErrorSetup {
  readonly column: ErrorColumn
  readonly server: Pick<RunningServer, 'host' | 'url' | 'env'>
  /** The server under a name that it does not list: `shop.example:8787`. */
  readonly foreignHost: string
  readonly apiKey: ApiKey
  /** A key that may only read documents. */
  readonly readingKey: ApiKey
  readonly loginKey: LoginKey
  /** Tickets for custom logins: of the user of this column, and of one who is blocked. */
  readonly ticket: string
  readonly blockedTicket: string
  /** The id of the user of this column. */
  readonly customUserId: string
  /** An access token that has expired. */
  readonly expiredToken: string
  /** The function of the docs that finds the code of a thrown error, as a JavaScript expression. */
  readonly codeOf: string
}

/** Sightings by the name of the situation. */
export type Sightings = Readonly<Record<string, Sighting>>

/** Names a situation: the code, a space and the call. */
export function nameOf({ code, call }: Pick<Situation<never>, 'code' | 'call'>): string {
  return `${code} ${call}`
}

/** A call that fails. */
export interface Situation<Client> {
  readonly code: string
  /** How the docs name the call. */
  readonly call: string
  /** The columns in which the call ends so; all by default. */
  where?(column: ErrorColumn): boolean
  run(client: Client): Promise<unknown>
}
