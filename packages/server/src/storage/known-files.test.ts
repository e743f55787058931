import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CloudPath, objectIdOf, parseCloudPath } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { type FileRecord, fileKey, filePut } from './file-record.ts'
import { createKnownFiles } from './known-files.ts'
import { ENV } from './storage.fixture.ts'

/** Records of files as they are stored, all in one version. */
function recordsOf(files: readonly FileRecord[]): Pick<Records, 'get'> {
  return {
    get: async (keys) =>
      keys.map(({ id }) => {
        const file = files.find(({ path }) => objectIdOf(ENV, path) === id)
        return file && { ...fileKey(ENV, file.path), version: 1, value: filePut(ENV, file).value }
      }),
  }
}

function fileWith(path: CloudPath, metadata?: FileRecord['metadata']): FileRecord {
  const file = { path, blob: 'blob' as FileRecord['blob'], size: 1, sha256: 'a'.repeat(64), contentType: 'image/jpeg' }
  return { ...file, createdAt: 1, updatedAt: 1, ...(metadata === undefined ? {} : { metadata }) }
}

describe('files that were read a moment ago', () => {
  const plain = fileWith(parseCloudPath('users/u1/photo.jpg'))
  const rich = fileWith(parseCloudPath('users/u1/rich.jpg'), { list: Array.from({ length: 400 }, () => ({})) })
  const files = createKnownFiles({ records: recordsOf([plain, rich]) })
  const twice = async ({ path }: FileRecord) => {
    const read = async () => (await files([objectIdOf(ENV, path)]))[0]
    return [await read(), await read()] as const
  }

  test('are remembered', async () => {
    const [first, second] = await twice(plain)
    assert.equal(first?.file, second?.file)
    assert.deepEqual(first?.file, plain)
  })

  test('are not when their metadata could fill the memory', async () => {
    const [first, second] = await twice(rich)
    assert.notEqual(first?.file, second?.file)
    assert.deepEqual(second?.file, rich)
  })
})
