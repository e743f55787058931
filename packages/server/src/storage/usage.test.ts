import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCloudPath } from '@cloudstead/protocol'
import type { BlobId } from '../engines/blobs/blobs.ts'
import type { FindRequest, Records, StoredRecord } from '../engines/records/records.ts'
import { filePut } from './file-record.ts'
import { countStorage, type StorageUsage } from './usage.ts'

/** Records that come in pages of two, whatever is asked for. */
function pagesOfTwo(stored: readonly StoredRecord[]): Pick<Records, 'find'> {
  const find = async ({ space, after = '0' }: FindRequest) => {
    const own = stored.filter((record) => record.space === space)
    const end = Number(after) + 2
    return { records: own.slice(Number(after), end), ...(end < own.length ? { next: String(end) } : {}) }
  }
  return { find: find as Records['find'] }
}

test('every file and its bytes count, empty folders do not, and each step tells how far it is', async () => {
  const stored = ['a.jpg', 'b/c.jpg', 'b/d/', 'e.jpg', 'f.jpg'].map((name, index): StoredRecord => {
    const path = parseCloudPath(name)
    const file = {
      path,
      blob: 'b' as BlobId,
      size: 10 ** index,
      sha256: '',
      contentType: '',
      createdAt: 1,
      updatedAt: 1,
    }
    return { ...filePut('demo-1abcde', { ...file, size: name.endsWith('/') ? 0 : file.size }), version: 1 }
  })
  const other: StoredRecord = { space: 'auth:users', id: '1', version: 1, value: '{}' }
  const steps: StorageUsage[] = []
  for await (const step of countStorage(pagesOfTwo([other, ...stored]) as Records)) steps.push(step)
  assert.deepEqual(steps, [
    { files: 2, bytes: 11 },
    { files: 3, bytes: 1011 },
    { files: 4, bytes: 11_011 },
  ])
})

test('nothing stored is nothing', async () => {
  const steps: StorageUsage[] = []
  for await (const step of countStorage(pagesOfTwo([]) as Records)) steps.push(step)
  assert.deepEqual(steps, [{ files: 0, bytes: 0 }])
})
