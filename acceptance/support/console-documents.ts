/** Collections and documents in the admin API. */
import assert from 'node:assert/strict'
import { type ConsoleApi, consoleApi } from './console-api.ts'
import type { ApiKey, RunningServer } from './server.ts'

interface StoredDocument {
  readonly id: string | number
  readonly version: number
  // biome-ignore lint/suspicious/noExplicitAny: tests check the shape themselves
  readonly document: any
}

interface ImportLine {
  readonly done: number
  readonly total?: number
  readonly failed?: number
  readonly skipped?: number
  readonly finished?: boolean
  readonly error?: { readonly code: string; readonly message: string }
  readonly problems?: readonly { readonly item: string; readonly problem: { readonly code: string } }[]
}

type Query = Readonly<Record<string, string | number>>

export interface ConsoleDocuments extends ConsoleApi {
  page(collection: string, query?: Query): Promise<{ items: StoredDocument[]; next?: string }>
  /** The documents of all pages. */
  list(collection: string, query?: Query): Promise<readonly StoredDocument[]>
  /** All progress lines of an import. */
  import(collection: string, query: Query, body: string | Uint8Array<ArrayBuffer>): Promise<readonly ImportLine[]>
  export(collection: string, query: Query): Promise<Response>
  /** All progress lines of a drop. */
  drop(collection: string, confirm?: string): Promise<readonly ImportLine[]>
}

export function consoleDocuments(server: Pick<RunningServer, 'url'>, key: Pick<ApiKey, 'apiKey'>): ConsoleDocuments {
  const api = consoleApi(server, key)
  const headers = { authorization: `Bearer ${key.apiKey}` }
  const place = (collection: string, rest: string, query: Query = {}) =>
    `/database/collections/${encodeURIComponent(collection)}${rest}?${new URLSearchParams(query as Record<string, string>)}`
  const lines = async (response: Response): Promise<readonly ImportLine[]> => {
    const text = await response.text()
    assert.equal(response.status, 200, text)
    assert.match(response.headers.get('content-type') ?? '', /^application\/x-ndjson/)
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  const documents: ConsoleDocuments = {
    ...api,
    page: (collection, query) => api.call('GET', place(collection, '/documents', query)),
    async list(collection, query = {}) {
      const found: StoredDocument[] = []
      let after: string | undefined
      do {
        const { items, next } = await documents.page(collection, {
          ...query,
          ...(after === undefined ? {} : { after }),
        })
        found.push(...items)
        after = next
      } while (after !== undefined)
      return found
    },
    async import(collection, query, body) {
      const url = `${server.url}/console/api${place(collection, '/import', query)}`
      return lines(await fetch(url, { method: 'POST', headers, body }))
    },
    export: (collection, query) =>
      fetch(`${server.url}/console/api${place(collection, '/export', query)}`, { headers }),
    async drop(collection, confirm = collection) {
      const url = `${server.url}/console/api${place(collection, '', { confirm })}`
      return lines(await fetch(url, { method: 'DELETE', headers }))
    },
  }
  return documents
}
