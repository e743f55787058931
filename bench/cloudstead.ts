/** The server under test, used as an app uses it: login, actions on /web, PUT to an upload URL. A black box. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Server, type SpawnOptions, startServer } from './processes.ts'

export const ENV = 'bench-1abcde'
export const WEB = `/web?env=${ENV}`
export const COLLECTION = 'bench'
const COMMAND = fileURLToPath(new URL('../packages/server/bin/cloudstead.js', import.meta.url))
const CONFIG = {
  // Private, so that every temporary URL is a signed one.
  storage: { acl: 'PRIVATE' },
  database: { collections: { [COLLECTION]: { acl: 'PRIVATE' } } },
}
/** Calls in flight while data is prepared. */
const PARALLEL = 16

/** Starts the server as a user would, on a data directory that is made when missing. */
export function startCloudstead(dataDir: string, options: SpawnOptions): Promise<Server> {
  const config = join(dataDir, '..', 'cloudstead.config.json')
  writeFileSync(config, JSON.stringify(CONFIG))
  const place = ['--port', '0', '--data-dir', dataDir, '--config', config]
  return startServer(COMMAND, ['start', '--env', ENV, ...place], options)
}

/** One logged-in user. */
export interface User {
  readonly uid: string
  /** The body of an action on /web. */
  body(action: string, params: object): string
  /** Calls an action; throws unless it succeeds. */
  call<T>(action: string, params: object): Promise<T>
  /** Asks for upload URLs for so many new files under `users/{uid}/`; paths of the URLs and the fileIDs. */
  uploadTickets(prefix: string, count: number): Promise<{ path: string; fileId: string }[]>
  /** Uploads so many files of random bytes; their fileIDs. */
  uploadFiles(prefix: string, count: number, bytes: number): Promise<string[]>
  /** Temporary URLs, without the origin. */
  signedPaths(fileIds: readonly string[]): Promise<string[]>
}

export async function signIn(server: Server): Promise<User> {
  const login = await json<{ access_token: string; sub: string }>(
    await fetch(`${server.url}/auth/v1/signin/anonymously?client_id=${ENV}`, { method: 'POST', body: '{}' }),
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

  return {
    uid: login.sub,
    body,
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
    async signedPaths(fileIds) {
      const paths: string[] = []
      for (let at = 0; at < fileIds.length; at += 50) {
        const file_list = fileIds.slice(at, at + 50).map((fileid) => ({ fileid, max_age: 7200 }))
        const { download_list } = await call<{ download_list: { tempFileURL: string }[] }>(
          'storage.batchGetDownloadUrl',
          { file_list },
        )
        for (const { tempFileURL } of download_list) {
          const { pathname, search } = new URL(tempFileURL)
          if (!search.includes('sign=')) throw new Error(`${tempFileURL} is not signed`)
          paths.push(pathname + search)
        }
      }
      return paths
    },
  }
}

async function json<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.url} answered ${response.status} ${text.slice(0, 300)}`)
  return JSON.parse(text) as T
}

/** Runs `task` for 0 to `count - 1`, some at a time. Results in order. */
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
