import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { type Caller, CloudsteadError, type ErrorCode, NOBODY, type UserCaller } from '@cloudstead/protocol'
import { compileStorageRules } from '@cloudstead/rules'
import { listedIds } from '../engines/blobs/blobs.contract.ts'
import { BlobMissingError, type Blobs } from '../engines/blobs/blobs.ts'
import { openDiskBlobs } from '../engines/blobs/disk/disk-blobs.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { loadSecrets } from '../secrets.ts'
import type { Settings, StorageSettings } from '../settings.ts'
import { createBlobReferences } from './blob-references.ts'
import { filePut } from './file-record.ts'
import type { OpenedObject } from './open-object.ts'
import { createStorage, type Storage } from './storage.ts'
import { checkMaxAge } from './temporary-urls.ts'

const ENV = 'demo-1abcde'
const ADMIN: Caller = { kind: 'admin', keyId: 'a' }
const user = (name: string): UserCaller => ({
  kind: 'user',
  uid: `uid-${name}`,
  customUserId: name,
  loginType: 'CUSTOM',
  sessionId: `session-${name}`,
})
const ALICE = user('alice')
const BOB = user('bob')
const fileId = (path: string) => `cloud://${ENV}/${path}`
const code = (expected: ErrorCode) => (error: unknown) => error instanceof CloudsteadError && error.code === expected

describe('storage', () => {
  let dir: string
  let records: Records
  let blobs: Blobs
  let storage: Storage
  let settings: StorageSettings
  let now: number
  let revoked: Set<string>

  const useAcl = (acl: unknown, resourceOpenid: 'path' | 'creator' = 'path') => {
    settings = { ...settings, acl: compileStorageRules(acl, { resourceOpenid }) }
  }

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cloudstead-storage-'))
    records = await openSqliteRecords({ file: join(dir, 'records.sqlite') })
    blobs = await openDiskBlobs({ dir: join(dir, 'blobs') })
    storage = createStorage({
      env: ENV,
      records,
      blobs,
      references: createBlobReferences(),
      secrets: await loadSecrets(dir),
      settings: () => ({ storage: settings }) as Settings,
      now: () => now,
      stillValid: async (caller) => caller.kind !== 'user' || !revoked.has(caller.sessionId),
      onBackgroundError: (error) => {
        throw error
      },
    })
  })
  beforeEach(() => {
    settings = {
      acl: compileStorageRules('READONLY', { resourceOpenid: 'path' }),
      tempUrlMaxAge: 7200,
      maxFileSize: 1000,
    }
    now = Date.UTC(2026, 0, 1)
    revoked = new Set()
  })
  afterEach(async () => {
    const { records: files } = await records.find({ space: 'files', limit: 1000 })
    await records.commit(files.map(({ space, id }) => ({ op: 'delete', space, id })))
    await blobs.remove(await storedBlobs())
  })
  after(async () => {
    await records.close()
    await blobs.close()
    await rm(dir, { recursive: true })
  })

  async function upload(caller: Caller, path: string, content: string) {
    const { ticket } = await storage.issueUpload(caller, path)
    return receive(ticket, content)
  }
  async function receive(ticket: string, content: string) {
    const admitted = await storage.admitUpload(ticket, content.length)
    return storage.receiveUpload(admitted, bytesOf(content), { length: content.length })
  }
  async function* bytesOf(content: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(content)
  }
  async function urlOf(caller: Caller, path: string, maxAge?: number) {
    const [result] = await storage.temporaryUrls(caller, [{ fileId: fileId(path), maxAge }])
    assert.ok(result)
    return result
  }
  function opened(pathAndQuery: string) {
    const { pathname, searchParams } = new URL(pathAndQuery, 'http://x')
    return storage.openObject({
      pathname,
      objectId: pathname.split('/')[2] ?? '',
      sign: searchParams.get('sign') ?? undefined,
      t: searchParams.get('t') ?? undefined,
    })
  }
  async function openedByAdmin(path: string) {
    const url = await urlOf(ADMIN, path)
    if (!url.ok) throw url.error
    return opened(url.pathAndQuery)
  }
  async function textOf({ body }: OpenedObject): Promise<string> {
    const bytes = await storage.bytes(body)
    assert.ok(bytes)
    return (bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(await bytes.toArray())).toString()
  }
  const open = async (pathAndQuery: string) => textOf(await opened(pathAndQuery))
  const read = async (path: string) => textOf(await openedByAdmin(path))
  const storedBlobs = () => listedIds(blobs)
  /** Removes the bytes of what was deleted or replaced, when its time has come. */
  const emptyTrash = () => {
    now += 31_000
    return storage.emptyTrash(new AbortController().signal)
  }

  it('an upload is readable, an overwrite replaces it and its old bytes go', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'one')
    assert.equal(await read('users/alice/a.txt'), 'one')
    await upload(ALICE, 'users/alice/a.txt', 'two')
    assert.equal(await read('users/alice/a.txt'), 'two')
    // Whoever has just read the record can still read the old bytes.
    assert.equal((await storedBlobs()).length, 2)
    await emptyTrash()
    assert.equal((await storedBlobs()).length, 1)
  })

  it('a right that is revoked between ticket and bytes no longer counts', async () => {
    const { ticket } = await storage.issueUpload(ALICE, 'users/alice/a.txt')
    useAcl('ADMINONLY')
    await assert.rejects(receive(ticket, 'x'), code('STORAGE_EXCEED_AUTHORITY'))
    useAcl('READONLY')
    const admitted = await storage.admitUpload(ticket, 1)
    useAcl('ADMINONLY')
    await assert.rejects(storage.receiveUpload(admitted, bytesOf('x'), {}), code('STORAGE_EXCEED_AUTHORITY'))
    assert.deepEqual(await storedBlobs(), [])
  })

  it('a ticket ends with its session, and after its lifetime', async () => {
    const { ticket } = await storage.issueUpload(ALICE, 'users/alice/a.txt')
    revoked.add('session-alice')
    await assert.rejects(receive(ticket, 'x'), code('CHECK_LOGIN_FAILED'))
    revoked.clear()
    now += 15 * 60 * 1000
    await assert.rejects(receive(ticket, 'x'), code('STORAGE_SIGN_EXPIRED'))
  })

  it('when two users upload the same new unclaimed path at once, one is stored and the other refused', async () => {
    const tickets = await Promise.all([ALICE, BOB].map((caller) => storage.issueUpload(caller, 'shared/a.txt')))
    const outcomes = await Promise.allSettled(tickets.map(({ ticket }, index) => receive(ticket, `by ${index}`)))
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    assert.equal(await read('shared/a.txt'), `by ${winner}`)
    assert.equal((await storedBlobs()).length, 1)
  })

  it('twenty concurrent overwrites leave one complete file and one blob', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'start')
    const contents = Array.from({ length: 20 }, (_, index) => `content ${index}`)
    await Promise.all(contents.map((content) => upload(ALICE, 'users/alice/a.txt', content)))
    assert.ok(contents.includes(await read('users/alice/a.txt')))
    await emptyTrash()
    assert.equal((await storedBlobs()).length, 1)
  })

  it('an upload that is too large, announced or not, leaves nothing', async () => {
    const { ticket } = await storage.issueUpload(ALICE, 'users/alice/a.txt')
    const admitted = await storage.admitUpload(ticket, undefined)
    await assert.rejects(
      storage.receiveUpload(admitted, bytesOf('x'.repeat(1001)), {}),
      code('EXCEED_UPLOAD_MAXFILESIZE'),
    )
    await assert.rejects(receive(ticket, 'x'.repeat(1001)), code('EXCEED_UPLOAD_MAXFILESIZE'))
    assert.deepEqual(await storedBlobs(), [])
    assert.equal((await records.find({ space: 'files', limit: 1 })).records.length, 0)
  })

  it('a rule on the size is checked when the bytes have arrived', async () => {
    useAcl({ read: true, write: 'resource.size == null || resource.size <= 3' })
    const { ticket } = await storage.issueUpload(ALICE, 'a.txt')
    await receive(ticket, 'abc')
    await assert.rejects(receive(ticket, 'abcd'), code('STORAGE_EXCEED_AUTHORITY'))
    const admitted = await storage.admitUpload(ticket, undefined)
    await assert.rejects(storage.receiveUpload(admitted, bytesOf('abcd'), {}), code('STORAGE_EXCEED_AUTHORITY'))
    assert.equal(await read('a.txt'), 'abc')
  })

  it('a wrong MD5 is refused and leaves nothing', async () => {
    const { ticket } = await storage.issueUpload(ALICE, 'users/alice/a.txt')
    const admitted = await storage.admitUpload(ticket, 1)
    const contentMd5 = Buffer.alloc(16).toString('base64')
    await assert.rejects(storage.receiveUpload(admitted, bytesOf('x'), { contentMd5 }), code('INVALID_PARAM'))
    assert.deepEqual(await storedBlobs(), [])
  })

  it('public files get a bare URL, private ones a signed one; the rules limit its lifetime', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'x')
    const bare = await urlOf(BOB, 'users/alice/a.txt')
    assert.ok(bare.ok && !bare.pathAndQuery.includes('?') && bare.maxAge === 7200)
    useAcl('PRIVATE')
    const signed = await urlOf(ALICE, 'users/alice/a.txt', 60)
    assert.ok(signed.ok && signed.pathAndQuery.includes('?sign=') && signed.maxAge === 60)
    const own = 'auth != null && resource.openid == auth.openid'
    useAcl({ read: own, write: own, maxAge: 30 })
    const ages = await Promise.all([undefined, 10, 60].map(async (age) => urlOf(ALICE, 'users/alice/a.txt', age)))
    assert.deepEqual(
      ages.map((result) => result.ok && result.maxAge),
      [30, 10, 30],
    )
  })

  it('a signed URL stays valid after a change of the rules, until it expires; a bare one is checked each time', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'x')
    const bare = await urlOf(BOB, 'users/alice/a.txt')
    useAcl('PRIVATE')
    const signed = await urlOf(ALICE, 'users/alice/a.txt', 60)
    assert.ok(bare.ok && signed.ok)
    await assert.rejects(open(bare.pathAndQuery), code('CDN_SIGNATURE_MISSING'))
    useAcl('ADMINONLY')
    assert.equal(await open(signed.pathAndQuery), 'x')
    now += 60_000
    await assert.rejects(open(signed.pathAndQuery), code('CDN_SIGNATURE_EXPIRED'))
    await assert.rejects(open(signed.pathAndQuery.replace(/sign=../, 'sign=zz')), code('CDN_INVALID_SIGNATURE'))
    useAcl('READONLY')
    assert.equal(await open(bare.pathAndQuery), 'x')
  })

  it('a refusal does not reveal whether a file of another user exists', async () => {
    useAcl('PRIVATE')
    await upload(ALICE, 'users/alice/there.txt', 'x')
    for (const path of ['users/alice/there.txt', 'users/alice/absent.txt']) {
      const result = await urlOf(BOB, path)
      assert.ok(!result.ok && result.error.code === 'STORAGE_EXCEED_AUTHORITY', path)
      const [removed] = await storage.remove(BOB, [fileId(path)])
      assert.equal(removed?.error?.code, 'STORAGE_EXCEED_AUTHORITY')
    }
    const own = await urlOf(ALICE, 'users/alice/absent.txt')
    assert.ok(!own.ok && own.error.code === 'STORAGE_FILE_NONEXIST')
  })

  it('a bare URL does not reveal whether a private file exists; if everybody may read, a missing file is reported', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'x')
    const bare = await urlOf(BOB, 'users/alice/a.txt')
    assert.ok(bare.ok)
    await storage.remove(ALICE, [fileId('users/alice/a.txt')])
    await assert.rejects(open(bare.pathAndQuery), code('STORAGE_FILE_NONEXIST'))
    for (const acl of ['PRIVATE', 'ADMINONLY', { read: 'auth != null', write: true }]) {
      useAcl(acl)
      await assert.rejects(open(bare.pathAndQuery), code('CDN_SIGNATURE_MISSING'))
    }
  })

  it('delete: a result per item, once, and only with the right to write', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'x')
    await upload(BOB, 'users/bob/b.txt', 'x')
    const ids = ['users/alice/a.txt', 'users/bob/b.txt', 'users/alice/none.txt'].map(fileId)
    const results = await storage.remove(ALICE, [...ids, 'https://nonsense'])
    assert.deepEqual(
      results.map(({ error }) => error?.code),
      [undefined, 'STORAGE_EXCEED_AUTHORITY', 'STORAGE_FILE_NONEXIST', 'INVALID_PARAM'],
    )
    await emptyTrash()
    assert.equal((await storedBlobs()).length, 1)
    assert.deepEqual(
      (await storage.remove(ADMIN, [fileId('users/bob/b.txt')])).map(({ error }) => error),
      [undefined],
    )
  })

  const copy = (caller: Caller, source: string, target: string, options = {}) =>
    storage
      .copy(caller, [{ source, target, overwrite: true, removeSource: false, ...options }])
      .then(([result]) => result?.error?.code)

  it('CVE-2026-39360: a copy needs the right to read its source and to write its target, a move to write both', async () => {
    useAcl('PRIVATE')
    await upload(ALICE, 'users/alice/a.txt', 'x')
    assert.equal(await copy(BOB, 'users/alice/a.txt', 'users/bob/a.txt'), 'STORAGE_EXCEED_AUTHORITY')
    assert.equal(await copy(ALICE, 'users/alice/a.txt', 'users/bob/a.txt'), 'STORAGE_EXCEED_AUTHORITY')
    assert.equal(await copy(ALICE, 'users/alice/a.txt', 'users/alice/b.txt'), undefined)
    useAcl('READONLY')
    assert.equal(await copy(BOB, 'users/alice/a.txt', 'users/bob/a.txt'), undefined)
    const moved = await copy(BOB, 'users/alice/a.txt', 'users/bob/b.txt', { removeSource: true })
    assert.equal(moved, 'STORAGE_EXCEED_AUTHORITY')
  })

  it('a copy shares the bytes and outlives its source; a move takes them along', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'x')
    await copy(ALICE, 'users/alice/a.txt', 'users/alice/b.txt')
    assert.equal((await storedBlobs()).length, 1)
    await storage.remove(ALICE, [fileId('users/alice/a.txt')])
    await emptyTrash()
    assert.equal(await read('users/alice/b.txt'), 'x')
    assert.equal(await copy(ALICE, 'users/alice/b.txt', 'users/alice/c.txt', { removeSource: true }), undefined)
    assert.equal(await read('users/alice/c.txt'), 'x')
    await assert.rejects(read('users/alice/b.txt'), code('STORAGE_FILE_NONEXIST'))
    await storage.remove(ALICE, [fileId('users/alice/c.txt')])
    await emptyTrash()
    assert.deepEqual(await storedBlobs(), [])
  })

  it('a copy does not overwrite unless told to, and its source must exist', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'a')
    await upload(ALICE, 'users/alice/b.txt', 'b')
    const options = { overwrite: false }
    assert.equal(await copy(ALICE, 'users/alice/a.txt', 'users/alice/b.txt', options), 'STORAGE_FILE_EXIST')
    assert.equal(await copy(ALICE, 'users/alice/none.txt', 'users/alice/c.txt'), 'STORAGE_FILE_NONEXIST')
    assert.equal(await copy(ALICE, 'users/alice/a.txt', 'users/alice/b.txt'), undefined)
    assert.equal(await read('users/alice/b.txt'), 'a')
    await assert.rejects(copy(ALICE, 'a', 'a'), code('INVALID_PARAM'))
  })

  it('a file that an administrator replaces keeps its owner', async () => {
    await upload(ALICE, 'shared/a.txt', 'x')
    await upload(ADMIN, 'shared/a.txt', 'y')
    await assert.rejects(upload(BOB, 'shared/a.txt', 'z'), code('STORAGE_EXCEED_AUTHORITY'))
    await upload(ALICE, 'shared/a.txt', 'z')
    await upload(ADMIN, 'shared/b.txt', 'x')
    await assert.rejects(upload(ALICE, 'shared/b.txt', 'y'), code('STORAGE_EXCEED_AUTHORITY'))
    await assert.rejects(upload(NOBODY, 'shared/c.txt', 'y'), code('STORAGE_EXCEED_AUTHORITY'))
  })

  for (const size of [3, 300_000]) {
    it(`the bytes of an opened file of ${size} bytes that was overwritten are undefined: open it again`, async () => {
      settings = { ...settings, maxFileSize: size }
      await upload(ALICE, 'users/alice/a.txt', 'x'.repeat(size))
      const former = await openedByAdmin('users/alice/a.txt')
      await upload(ALICE, 'users/alice/a.txt', 'y'.repeat(size))
      await emptyTrash()
      assert.equal(await storage.bytes(former.body), undefined)
      assert.equal(await storage.bytes(former.body, { start: 0, end: 1 }), undefined)
      assert.equal(await read('users/alice/a.txt'), 'y'.repeat(size))
      await storage.remove(ALICE, [fileId('users/alice/a.txt')])
    })

    it(`a missing blob of a file of ${size} bytes is a fault`, async () => {
      settings = { ...settings, maxFileSize: size }
      await upload(ALICE, 'users/alice/a.txt', 'x'.repeat(size))
      const { body } = await openedByAdmin('users/alice/a.txt')
      await blobs.remove([body.blob])
      await assert.rejects(storage.bytes(body), BlobMissingError)
    })
  }

  it('the ETag of a file is the hash of its content, unless the record has another one; a copy keeps it', async () => {
    await upload(ALICE, 'users/alice/a.txt', 'x')
    const { file, body } = await openedByAdmin('users/alice/a.txt')
    assert.equal(file.sha256, createHash('sha256').update('x').digest('hex'))
    assert.deepEqual(body, { blob: file.blob, size: 1, etag: file.sha256, type: 'text/plain; charset=utf-8' })
    await records.commit([filePut(ENV, { ...file, etag: 'own-2' })])
    await copy(ALICE, 'users/alice/a.txt', 'users/alice/b.txt')
    for (const path of ['users/alice/a.txt', 'users/alice/b.txt']) {
      assert.equal((await openedByAdmin(path)).body.etag, 'own-2')
    }
    await upload(ALICE, 'users/alice/a.txt', 'x')
    assert.equal((await openedByAdmin('users/alice/a.txt')).body.etag, file.sha256)
  })

  it('maxAge is a whole number of seconds from 1 to 86400', () => {
    assert.equal(checkMaxAge(undefined), undefined)
    assert.equal(checkMaxAge(1), 1)
    assert.equal(checkMaxAge(86_400), 86_400)
    for (const bad of [0, -1, 86_401, 1.5, '60', Number.NaN, {}, true]) {
      assert.throws(() => checkMaxAge(bad), code('INVALID_PARAM'))
    }
  })
})
