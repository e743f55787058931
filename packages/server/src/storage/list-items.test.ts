import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { ADMIN, ENV, storageForFile } from './storage.fixture.ts'

const { storage, upload, contents, clear } = await storageForFile()
const BUCKET = `cloud://${ENV}.6465-${ENV}-1250000000`

describe('a malformed item of a list fails alone', () => {
  beforeEach(() => upload('a.txt', 'x'))
  afterEach(clear)

  const ids = ['a//b', 'a.txt', 'a/../b', ''].map((path) => `cloud://${ENV}/${path}`)

  it('of fileIDs to read', async () => {
    const requests = [...ids, 'nonsense'].map((fileId) => ({ fileId }))
    const results = await storage.temporaryUrls(ADMIN, requests)
    assert.deepEqual(
      results.map((result) => [result.fileId, result.ok ? 'SUCCESS' : result.error.code]),
      [
        [ids[0], 'INVALID_FILE_NAME'],
        [ids[1], 'SUCCESS'],
        [ids[2], 'INVALID_FILE_NAME'],
        [ids[3], 'INVALID_FILE_NAME'],
        ['nonsense', 'INVALID_PARAM'],
      ],
    )
  })

  it('of fileIDs to delete', async () => {
    const results = await storage.remove(ADMIN, ids)
    assert.deepEqual(
      results.map(({ fileId, error }) => [fileId, error?.code]),
      [
        [ids[0], 'INVALID_FILE_NAME'],
        [ids[1], undefined],
        [ids[2], 'INVALID_FILE_NAME'],
        [ids[3], 'INVALID_FILE_NAME'],
      ],
    )
    assert.deepEqual(await contents(), {})
  })

  it('of copies, by its source or its target', async () => {
    const items = [
      { source: 'a//b', target: 'b.txt' },
      { source: 'a.txt', target: '/b' },
      { source: 'same//name', target: 'same//name' },
      { source: 7, target: 'b.txt' },
      { source: 'a.txt', target: undefined },
      { source: 'a.txt', target: { toString: 1 } },
      { source: 'a.txt', target: 'b.txt' },
    ]
    const results = await storage.copy(
      ADMIN,
      items.map((item) => ({ ...item, overwrite: false, removeSource: false })),
    )
    assert.deepEqual(
      results.map(({ fileId, error }) => [fileId, error?.code]),
      [
        [`${BUCKET}/b.txt`, 'INVALID_FILE_NAME'],
        [`${BUCKET}//b`, 'INVALID_FILE_NAME'],
        [`${BUCKET}/same//name`, 'INVALID_FILE_NAME'],
        [`${BUCKET}/b.txt`, 'INVALID_FILE_NAME'],
        [`${BUCKET}/`, 'INVALID_FILE_NAME'],
        [`${BUCKET}/`, 'INVALID_FILE_NAME'],
        [`${BUCKET}/b.txt`, undefined],
      ],
    )
    assert.deepEqual(await contents(), { 'a.txt': 'x', 'b.txt': 'x' })
  })
})
