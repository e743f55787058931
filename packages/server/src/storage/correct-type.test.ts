import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import { ADMIN, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage } = setup

beforeEach(() => setup.clear())

const typeOf = async (path: string) => (await storage.fileDetails(ADMIN, path)).file.contentType

test('the type of a stored file can be corrected, and the rest stays', async () => {
  await setup.upload('a/photo', 'x')
  const { file } = await storage.fileDetails(ADMIN, 'a/photo')
  setup.clock.now += 1000
  for (const [given, stored] of [
    ['image/png', 'image/png'],
    [' Image/WebP; q=1 ', 'image/webp'],
    ['text/plain', 'text/plain; charset=utf-8'],
    ['text/html', 'text/html; charset=utf-8'],
  ] as const) {
    await storage.correctType(ADMIN, 'a/photo', given)
    assert.equal(await typeOf('a/photo'), stored)
  }
  const { file: corrected } = await storage.fileDetails(ADMIN, 'a/photo')
  assert.deepEqual(corrected, { ...file, contentType: corrected.contentType, updatedAt: setup.clock.now })
})

test('what is no type, and a file that does not exist, are refused', async () => {
  await setup.upload('a/photo.png', 'x')
  for (const [path, type, code] of [
    ['a/photo.png', 'png', 'INVALID_PARAM'],
    ['a/photo.png', '', 'INVALID_PARAM'],
    ['a/photo.png', 'image/png\r\nx: y', 'INVALID_PARAM'],
    ['a/none.png', 'image/png', 'STORAGE_FILE_NONEXIST'],
    ['../photo.png', 'image/png', 'INVALID_FILE_NAME'],
  ] as const) {
    await assert.rejects(
      storage.correctType(ADMIN, path, type),
      (error) => error instanceof CloudsteadError && error.code === code,
      `${path} ${type}`,
    )
  }
  assert.equal(await typeOf('a/photo.png'), 'image/png')
})
