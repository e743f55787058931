import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import { ADMIN, ENV, MAX_FILE_SIZE, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage } = setup
const OWN = 'auth != null && resource.openid == auth.openid'

beforeEach(() => setup.clear())

async function readersOf(path: string): Promise<Readonly<Record<string, boolean>>> {
  const { readers } = await storage.fileDetails(ADMIN, path)
  for (const { reason } of readers)
    assert.ok(reason.en.length > 3 && /[\u4e00-\u9fff]/.test(reason.zh), JSON.stringify(reason))
  return Object.fromEntries(readers.map(({ who, allowed }) => [who, allowed]))
}

describe('the details of a file', () => {
  it('say what it is, and whose', async () => {
    await setup.upload('users/alice/图 1.png', 'x')
    const { file, fileId, owner, publicPathname } = await storage.fileDetails(ADMIN, 'users/alice/图 1.png')
    assert.deepEqual([file.size, file.contentType, owner], [1, 'image/png', 'alice'])
    assert.match(fileId, new RegExp(`^cloud://${ENV}\\.[^/]+/users/alice/图 1\\.png$`))
    assert.match(publicPathname ?? '', /^\/o\/[\w-]{32}\/1\.png$/)
    setup.useAcl('PRIVATE')
    assert.equal((await storage.fileDetails(ADMIN, 'users/alice/图 1.png')).publicPathname, undefined)
  })

  it('say who may read it under each way of permissions', async () => {
    await setup.seed(['users/alice/a', 'shared'])
    await setup.seed(['users/bob/b', 'own'], { creator: ['bob', 'uid-bob'] })
    const everybody = { nobody: true, anonymous: true, user: true, owner: true }
    const owner = { nobody: false, anonymous: false, user: false, owner: true }
    const none = { ...owner, owner: false }
    for (const [acl, expected] of [
      ['READONLY', everybody],
      ['PRIVATE', owner],
      ['ADMINWRITE', everybody],
      ['ADMINONLY', none],
      [{ read: OWN }, owner],
      [{ read: 'auth != null' }, { ...everybody, nobody: false }],
      [{ read: "auth.loginType != 'ANONYMOUS'" }, { ...everybody, nobody: false, anonymous: false }],
    ] as const) {
      setup.useAcl(acl)
      for (const path of ['users/alice/a', 'users/bob/b']) assert.deepEqual(await readersOf(path), expected, path)
    }
    setup.useAcl('PRIVATE')
    assert.deepEqual(await readersOf('own'), owner)
    assert.deepEqual(await readersOf('shared'), { nobody: false, anonymous: false, user: false })
  })

  it('no example is called like somebody whom the file names', async () => {
    await setup.seed(['users/another-user/a', 'users/anonymous-user/a'])
    setup.useAcl('PRIVATE')
    for (const path of ['users/another-user/a', 'users/anonymous-user/a']) {
      assert.deepEqual(await readersOf(path), { nobody: false, anonymous: false, user: false, owner: true })
    }
  })

  it('of a missing file there are none', async () => {
    const refused = (code: string) => (error: unknown) => error instanceof CloudsteadError && error.code === code
    await assert.rejects(storage.fileDetails(ADMIN, 'none'), refused('STORAGE_FILE_NONEXIST'))
    await assert.rejects(storage.fileUrl(ADMIN, 'none'), refused('STORAGE_FILE_NONEXIST'))
    await assert.rejects(storage.fileDetails(ADMIN, '/none'), refused('INVALID_FILE_NAME'))
  })
})

describe('a temporary URL', () => {
  it('lives as long as was asked, or as the rules allow; a public one for ever', async () => {
    await setup.seed(['a.txt'])
    assert.deepEqual((await storage.fileUrl(ADMIN, 'a.txt', 60)).expiresAt, null)
    setup.useAcl('PRIVATE')
    const { now } = setup.clock
    const at = Math.ceil(now / 1000) * 1000
    assert.equal((await storage.fileUrl(ADMIN, 'a.txt', 60)).expiresAt, at + 60_000)
    assert.equal((await storage.fileUrl(ADMIN, 'a.txt')).expiresAt, at + 7_200_000)
    setup.useAcl({ read: 'auth != null', maxAge: 30 })
    assert.equal((await storage.fileUrl(ADMIN, 'a.txt', 60)).expiresAt, at + 30_000)
  })
})

describe('a ticket for an upload', () => {
  it('is refused where there is a file already, when only a new one is wanted', async () => {
    await setup.seed(['a.txt'])
    await storage.issueUpload(ADMIN, 'b.txt', { onlyNew: true })
    await storage.issueUpload(ADMIN, 'a.txt')
    await assert.rejects(
      storage.issueUpload(ADMIN, 'a.txt', { onlyNew: true }),
      (error) => error instanceof CloudsteadError && error.code === 'STORAGE_FILE_EXIST',
    )
  })

  it('is refused for more bytes than the environment accepts, when it is known how many come', async () => {
    await storage.issueUpload(ADMIN, 'large.txt', { size: MAX_FILE_SIZE })
    await assert.rejects(
      storage.issueUpload(ADMIN, 'large.txt', { size: MAX_FILE_SIZE + 1 }),
      (error) => error instanceof CloudsteadError && error.code === 'EXCEED_UPLOAD_MAXFILESIZE',
    )
  })
})
