/** The database, through each of the official clients. */
import { createAdmin, createPhone, loginByTicket, type Phone, type PhoneOptions, SDK_PACKAGES } from './clients.ts'
import { type Collection, connect, type Database, type Sdk, type SdkLine } from './sdk.ts'
import { type ApiKey, type LoginKey, type RunningServer, type ServerOptions, startServer } from './server.ts'

/** The database of the official server SDK, as administrator. Its own types belong to another version of the package. */
export function adminDatabase(server: RunningServer, key: ApiKey, by: 'signature' | 'apiKey' = 'signature'): Database {
  return createAdmin(server, key, by).database() as unknown as Database
}

/** An official client whose user may write. */
export interface DatabaseClient {
  readonly database: Database
  /** The `_openid` of its documents; undefined for administrators. */
  readonly owner: string | undefined
  dispose(): void
}

interface ClientKind {
  readonly name: string
  /**
   * The SDK speaks dialect C. It ignores HTTP statuses except in browsers, and resolves refused writes and counts as if they
   * had succeeded; `doc().set()` asks to merge its fields into the document; an undefined condition is sent as null.
   */
  readonly gateway?: boolean
  open(server: RunningServer, keys: { readonly login: LoginKey; readonly api: ApiKey }): Promise<DatabaseClient>
}

function user(sdk: SdkLine, customUserId: string): ClientKind {
  return {
    name: `js-sdk ${sdk}`,
    async open(server, keys) {
      const phone = createPhone(server, { sdk })
      await loginByTicket(phone, keys.login, customUserId)
      return { database: phone.app.database(), owner: customUserId, dispose: phone.dispose }
    },
  }
}

/**
 * The build for Node in its default mode, dialect C. A Mini Program could not send the updates of that mode: `wx.request` has
 * no PATCH. It takes the access token of a phone, because its own login would stay in the process.
 */
function nodeUser(sdk: SdkLine, customUserId: string): ClientKind {
  return {
    name: `js-sdk ${sdk} in Node, GATEWAY`,
    gateway: true,
    async open(server, keys) {
      const phone = createPhone(server, { sdk })
      await loginByTicket(phone, keys.login, customUserId)
      const { accessToken } = await phone.auth.getAccessToken()
      const { default: cloudbase } = (await import(SDK_PACKAGES[sdk])) as { default: Sdk }
      const { app } = connect(cloudbase, server, { endPointMode: 'GATEWAY', accessKey: accessToken })
      return { database: app.database(), owner: customUserId, dispose: phone.dispose }
    },
  }
}

function administrator(by: 'signature' | 'apiKey'): ClientKind {
  return {
    name: `node-sdk by ${by}`,
    open: async (server, keys) => ({
      database: adminDatabase(server, keys.api, by),
      owner: undefined,
      dispose: () => {},
    }),
  }
}

/** Every official client of the database: two versions of the client SDK, both modes, two credentials of the server SDK. */
export const CLIENTS: readonly ClientKind[] = [
  user('2.27.2', 'alice'),
  user('3.7.0', 'bobby'),
  nodeUser('3.7.0', 'carol'),
  administrator('signature'),
  administrator('apiKey'),
]

/** The code of a refused call, undefined for a success: js-sdk resolves with the code, node-sdk throws it. */
export async function codeOf(call: Promise<{ code?: string }>): Promise<string | undefined> {
  try {
    return (await call).code
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === undefined) throw error
    return code
  }
}

/** The only document with this id, without the fields that the server added. */
export async function contentOf(collection: Collection, id: string | number): Promise<Record<string, unknown>> {
  const { data } = await collection.doc(id).get()
  if (data.length !== 1) throw new Error(`${data.length} documents with the id ${id}`)
  const { _id, _openid, ...content } = data[0] ?? {}
  return content
}

/** A server with users, and an administrator for preparations and checks. */
export interface Stage {
  readonly server: RunningServer
  readonly loginKey: LoginKey
  readonly apiKey: ApiKey
  readonly admin: Database
  /** A phone without a login. */
  phone(options?: PhoneOptions): Phone
  /** A phone of this user, logged in with a custom ticket. */
  user(customUserId: string, options?: PhoneOptions): Promise<Phone>
  close(): Promise<void>
}

export async function openStage(options: ServerOptions): Promise<Stage> {
  const server = await startServer(options)
  const [loginKey, apiKey] = [await server.loginKey(), await server.apiKey()]
  const phones: Phone[] = []
  const phone = (of?: PhoneOptions) => {
    const made = createPhone(server, of)
    phones.push(made)
    return made
  }
  return {
    server,
    loginKey,
    apiKey,
    admin: adminDatabase(server, apiKey),
    phone,
    async user(customUserId, of) {
      const made = phone(of)
      await loginByTicket(made, loginKey, customUserId)
      return made
    },
    async close() {
      for (const made of phones) made.dispose()
      await server.stop()
    },
  }
}

interface WebAnswer {
  code?: string
  message?: string
  data?: Record<string, unknown>
}

/** The answer to a request without an SDK, for requests that SDKs never send. */
export async function webAction(server: RunningServer, params: Record<string, unknown>): Promise<WebAnswer> {
  const response = await fetch(`${server.url}/web?env=${server.env}`, {
    method: 'POST',
    body: JSON.stringify({ env: server.env, dataVersion: '2020-01-10', ...params }),
  })
  return (await response.json()) as WebAnswer
}

/** The access token in the SDK of a phone. */
export async function accessTokenOf(phone: Phone): Promise<string> {
  const { accessToken } = await phone.auth.getAccessToken()
  return accessToken
}
