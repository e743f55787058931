import assert from 'node:assert/strict'
import type { ListRequest } from './browse.ts'
import type { ListedFile, ListedFolder } from './listed.ts'
import { ADMIN } from './storage.fixture.ts'
import type { Storage } from './storage.ts'

/** The whole list, page by page. */
export async function listAll(
  storage: Storage,
  request: ListRequest,
  between?: () => Promise<void>,
): Promise<readonly (ListedFile | ListedFolder)[]> {
  const items: (ListedFile | ListedFolder)[] = []
  let after: string | undefined
  do {
    const page = await storage.listFiles(ADMIN, { ...request, after })
    assert.ok(page.items.length <= (request.limit ?? 500))
    items.push(...page.items)
    after = page.next
    await between?.()
  } while (after !== undefined)
  return items
}

/** The order of the UTF-8 bytes. */
export function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
