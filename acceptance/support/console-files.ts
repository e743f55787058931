/** Files in the admin API. */
import assert from 'node:assert/strict'
import { type ConsoleApi, consoleApi } from './console-api.ts'
import type { ApiKey, RunningServer } from './server.ts'

interface FileEntry {
  readonly kind: 'file' | 'folder'
  readonly path: string
  readonly name: string
  readonly size?: number
  readonly contentType?: string
  readonly previewUrl?: string
}

interface ProgressLine {
  readonly done: number
  readonly total?: number
  readonly failed?: number
  readonly finished?: boolean
  readonly problems?: readonly {
    readonly item: string
    readonly problem: { readonly code: string; readonly text: { readonly en: string; readonly zh: string } }
  }[]
}

export interface ConsoleFiles extends ConsoleApi {
  /** One page. */
  page(query: Readonly<Record<string, string | number | boolean>>): Promise<{ items: FileEntry[]; next?: string }>
  /** The paths of all pages. */
  list(query?: Readonly<Record<string, string | number | boolean>>): Promise<readonly string[]>
  /** Uploads a file to a URL from the admin API. */
  put(path: string, body: string | Uint8Array): Promise<void>
  /** All progress lines of a long operation. */
  lines(path: string, body: unknown, signal?: AbortSignal): Promise<readonly ProgressLine[]>
  /** The last progress line, with the result. */
  finish(path: string, body: unknown): Promise<ProgressLine>
  /** Creates a zip and downloads it. */
  zip(paths: readonly string[]): Promise<Response>
}

export function consoleFiles(server: Pick<RunningServer, 'url'>, key: Pick<ApiKey, 'apiKey'>): ConsoleFiles {
  const api = consoleApi(server, key)
  const authorization = `Bearer ${key.apiKey}`
  const files: ConsoleFiles = {
    ...api,
    page: (query) => api.call('GET', `/storage/files?${new URLSearchParams(query as Record<string, string>)}`),
    async list(query = {}) {
      const paths: string[] = []
      let after: string | undefined
      do {
        const { items, next } = await files.page({ ...query, ...(after === undefined ? {} : { after }) })
        paths.push(...items.map(({ path }) => path))
        after = next
      } while (after !== undefined)
      return paths
    },
    async put(path, body) {
      const { url, headers } = await api.call('POST', '/storage/uploads', { path })
      const bytes = typeof body === 'string' ? body : new Uint8Array(body)
      const { status } = await fetch(url, { method: 'PUT', headers, body: bytes })
      assert.equal(status, 200, path)
    },
    async lines(path, body, signal) {
      const response = await fetch(`${server.url}/console/api${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      })
      const text = await response.text()
      assert.equal(response.status, 200, text)
      assert.match(response.headers.get('content-type') ?? '', /^application\/x-ndjson/)
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as ProgressLine)
    },
    async finish(path, body) {
      const last = (await files.lines(path, body)).at(-1)
      assert.equal(last?.finished, true, JSON.stringify(last))
      return last as ProgressLine
    },
    async zip(paths) {
      const { url } = await api.call('POST', '/storage/zips', { paths })
      return fetch(server.url + url, { headers: { authorization } })
    },
  }
  return files
}
