/** The server under test, as a black box: login, actions on /web, PUT to an upload URL. */
import { execFileSync } from 'node:child_process'
import { randomBytes, sign } from 'node:crypto'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Server, type SpawnOptions, startServer } from './processes.ts'

export const ENV = 'bench-1abcde'
export const WEB = `/web?env=${ENV}`
export const COLLECTION = 'bench'
/** The checkout of this file. */
export const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))
/** Concurrent calls while data is prepared. */
const PARALLEL = 16
/** Long enough for one login. */
const TICKET_LIFE_MS = 60_000

/** `storage.acl` of the configuration: the name of a preset, or custom rules. */
export type StorageAcl = string | { readonly read: boolean | string; readonly write: boolean | string }

export interface Cloudstead extends Server {
  readonly dataDir: string
  /** The script of its command line. */
  readonly command: string
}

/** Where a server keeps what it shares with others. */
export interface Places {
  /** `postgres://...`; without it the records are in the data directory. */
  readonly records?: { readonly url: string; readonly masterKeyFile: string }
  /** `s3://...` or `file:///...`; without it the files are in the data directory. */
  readonly blobs?: string
  /** The keys of S3, as environment variables. */
  readonly variables?: Readonly<Record<string, string>>
}

export interface CloudsteadOptions {
  /** Files are private by default, so that every temporary URL is signed. */
  readonly acl?: StorageAcl
  /** What the configuration says about the collection. Its documents are private by default. */
  readonly collection?: object
  readonly places?: Places
  /** More words of the command line. */
  readonly args?: readonly string[]
  /** Begins with a copy of this data directory, whose server has stopped. */
  readonly copyOf?: string
  /** Another than a new one. */
  readonly dataDir?: string
  /** The directory of another checkout, whose server is started. */
  readonly checkout?: string
}

/** The command line of a checkout. */
export function commandOf(checkout: string): string {
  return join(checkout, 'packages/server/bin/cloudstead.js')
}

/**
 * Starts the server with its command, on a data directory that is created if it does not exist. With records and files
 * elsewhere it has none.
 */
export async function startCloudstead(
  dataDir: string,
  options: SpawnOptions,
  {
    acl = 'PRIVATE',
    collection = { acl: 'PRIVATE' },
    places = {},
    args = [],
    copyOf,
    checkout = CHECKOUT,
  }: CloudsteadOptions = {},
): Promise<Cloudstead> {
  const config = join(dataDir, '..', 'cloudstead.config.json')
  const database = { collections: { [COLLECTION]: collection } }
  writeFileSync(config, JSON.stringify({ storage: { acl }, database }))
  if (copyOf !== undefined) cpSync(copyOf, dataDir, { recursive: true })
  const { records, blobs, variables } = places
  const words = ['start', '--env', ENV, '--port', '0', '--config', config]
  if (records) words.push('--records', records.url, '--master-key-file', records.masterKeyFile, '--drain', '0')
  if (blobs !== undefined) words.push('--blobs', blobs)
  if (!records || blobs === undefined) words.push('--data-dir', dataDir)
  const command = commandOf(checkout)
  const server = await startServer(command, [...words, ...args], { ...options, variables })
  return { ...server, dataDir, command }
}

/** Makes the key of servers that share a database. */
export function writeMasterKey(file: string): void {
  writeFileSync(file, execFileSync(process.execPath, [commandOf(CHECKOUT), 'keys', 'master']))
}

/** One logged-in user. */
export interface User {
  readonly uid: string
  /** The access token. */
  readonly token: string
  /** The body of an action on /web. */
  body(action: string, params: object): string
  /** The body that asks for an upload URL, as the SDK sends it. */
  uploadBody(path: string): string
  /** The body that reads a document by its id. */
  readBody(collection: string, id: string): string
  /** The body that sets fields of a document. */
  updateBody(collection: string, id: string, fields: object): string
  /** Calls an action; throws unless it succeeds. */
  call<T>(action: string, params: object): Promise<T>
  /** Gets upload URLs for `count` new files under `users/{uid}/`: the paths of the URLs, and the fileIDs. */
  uploadTickets(prefix: string, count: number): Promise<{ path: string; fileId: string }[]>
  /** Uploads `count` files of random bytes and returns their fileIDs. */
  uploadFiles(prefix: string, count: number, bytes: number): Promise<string[]>
  /** Temporary URLs, without the origin. */
  urlPaths(fileIds: readonly string[]): Promise<string[]>
  /** The same; throws unless all are signed. */
  signedPaths(fileIds: readonly string[]): Promise<string[]>
}

/** An anonymous login. */
export function signIn(server: Server): Promise<User> {
  return logIn(server, 'anonymously', {})
}

/** A login with a ticket for this custom id, signed like by a developer's own server. */
export function signInCustom(server: Cloudstead, customUserId: string): Promise<User> {
  const key = newKey<{ private_key_id: string; private_key: string }>(server, 'login')
  const now = Date.now()
  const claims = { alg: 'RS256', env: ENV, iat: now, exp: now + TICKET_LIFE_MS, uid: customUserId }
  const input = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('RSA-SHA256', Buffer.from(input), key.private_key).toString('base64url')
  return logIn(server, 'custom', { ticket: `${key.private_key_id}/@@/${input}.${signature}` })
}

/** A new administrator key, for the Authorization header of the admin API. */
export function newApiKey(server: Cloudstead): string {
  return newKey<{ apiKey: string }>(server, 'api').apiKey
}

function newKey<T>({ command, dataDir }: Cloudstead, kind: 'login' | 'api'): T {
  const words = [command, 'keys', kind, '--env', ENV, '--data-dir', dataDir]
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as T
}

async function logIn(server: Server, how: string, credentials: object): Promise<User> {
  const login = await json<{ access_token: string; sub: string }>(
    await fetch(`${server.url}/auth/v1/signin/${how}?client_id=${ENV}`, {
      method: 'POST',
      body: JSON.stringify(credentials),
    }),
  )
  const body = (action: string, params: object) =>
    JSON.stringify({ action, dataVersion: '2020-01-10', env: ENV, access_token: login.access_token, ...params })

  async function call<T>(action: string, params: object): Promise<T> {
    const answer = await json<{ data: T; code?: string }>(
      await fetch(server.url + WEB, { method: 'POST', body: body(action, params) }),
    )
    if (answer.code !== undefined) throw new Error(`${action} answered ${JSON.stringify(answer)}`)
    return answer.data
  }

  const uploadTickets: User['uploadTickets'] = (prefix, count) =>
    inParallel(count, async (n) => {
      const path = `users/${login.sub}/${prefix}${n}.jpg`
      const { url, fileId } = await call<{ url: string; fileId: string }>('storage.getUploadMetadata', { path })
      return { path: new URL(url).pathname, fileId }
    })

  async function urlPaths(fileIds: readonly string[]): Promise<string[]> {
    const paths: string[] = []
    for (let at = 0; at < fileIds.length; at += 50) {
      const file_list = fileIds.slice(at, at + 50).map((fileid) => ({ fileid, max_age: 7200 }))
      const { download_list } = await call<{ download_list: { tempFileURL: string }[] }>(
        'storage.batchGetDownloadUrl',
        { file_list },
      )
      for (const { tempFileURL } of download_list) {
        const { pathname, search } = new URL(tempFileURL)
        paths.push(pathname + search)
      }
    }
    return paths
  }

  return {
    uid: login.sub,
    token: login.access_token,
    body,
    uploadBody: (path) => body('storage.getUploadMetadata', { path, method: 'put', headers: {} }),
    readBody: (collectionName, _id) =>
      body('database.queryDocument', {
        collectionName,
        query: { _id },
        queryType: 'DOC',
        multi: false,
        projection: {},
      }),
    updateBody: (collectionName, _id, fields) =>
      body('database.updateDocument', {
        collectionName,
        query: { _id },
        queryType: 'DOC',
        data: { $set: fields },
        multi: false,
        merge: true,
        upsert: false,
      }),
    call,
    uploadTickets,
    async uploadFiles(prefix, count, bytes) {
      const tickets = await uploadTickets(prefix, count)
      const content = randomBytes(bytes)
      await inParallel(count, async (n) => {
        const { status } = await fetch(server.url + tickets[n]?.path, { method: 'PUT', body: content })
        if (status !== 200) throw new Error(`an upload answered ${status}`)
      })
      return tickets.map(({ fileId }) => fileId)
    },
    urlPaths,
    async signedPaths(fileIds) {
      const paths = await urlPaths(fileIds)
      const bare = paths.find((path) => !path.includes('sign='))
      if (bare !== undefined) throw new Error(`${bare} is not signed`)
      return paths
    },
  }
}

async function json<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.url} answered ${response.status} ${text.slice(0, 300)}`)
  return JSON.parse(text) as T
}

/** Runs `task` for 0 to `count - 1`, with limited concurrency. Results in order. */
export async function inParallel<T>(count: number, task: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      const n = next++
      results[n] = await task(n)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  return results
}
