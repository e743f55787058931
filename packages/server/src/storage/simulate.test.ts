import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Caller, NOBODY, personOf, type UserCaller } from '@cloudstead/protocol'
import { compileStorageRules } from '@cloudstead/rules'
import { loadRules, parseCaseFile, runCases } from '@cloudstead/rules/testing'
import fc from 'fast-check'
import { DeniedError } from '../decisions/denied-error.ts'
import { openDiskBlobs } from '../engines/blobs/disk/disk-blobs.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { loadSecrets } from '../secrets.ts'
import type { Settings } from '../settings.ts'
import { createBlobReferences } from './blob-references.ts'
import type { FileQuestion } from './simulate.ts'
import { createStorage, type Storage } from './storage.ts'

const ENV = 'demo-1abcde'
const NOW = Date.UTC(2026, 0, 1)
const ADMIN: Caller = { kind: 'admin', keyId: 'a' }
const user = (name: string, ids: Partial<UserCaller>): UserCaller => ({
  kind: 'user',
  uid: `uid-${name}`,
  loginType: 'CUSTOM',
  sessionId: `session-${name}`,
  ...ids,
})
const ALICE = user('alice', { customUserId: 'alice' })
const BOB = user('bob', { openid: 'oBob', loginType: 'WECHAT_OPEN' })
const GUEST = user('guest', { loginType: 'ANONYMOUS' })

const OWN = 'auth != null && resource.openid == auth.openid'
const RULES = [
  'READONLY',
  'PRIVATE',
  'ADMINWRITE',
  'ADMINONLY',
  { read: OWN, write: OWN },
  { read: 'auth != null', write: `${OWN} && (resource.size == null || resource.size <= 10)` },
  { read: 'resource.size > 5', write: 'resource.size != null' },
  { read: '/^users\\//.test(resource.path)', write: 'resource.size == null' },
  { read: true, write: false },
  { read: 'resource.metadata.public == true' },
  { write: "auth.loginType != 'ANONYMOUS'" },
] as const

const PATHS = ['users/alice/a.jpg', 'users/oBob/图.jpg', 'users/uid-guest/x.png', 'temp/x.jpg'] as const

describe('a simulation of a request about a file', () => {
  let dir: string
  let storage: Storage
  let close: () => Promise<unknown>
  let acl = compileStorageRules('READONLY', { resourceOpenid: 'path' })

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cloudstead-simulate-'))
    const records = await openSqliteRecords({ file: join(dir, 'records.sqlite') })
    const blobs = await openDiskBlobs({ dir: join(dir, 'blobs') })
    storage = createStorage({
      env: ENV,
      records,
      blobs,
      references: createBlobReferences(),
      secrets: await loadSecrets(dir),
      settings: () => ({ storage: { acl, tempUrlMaxAge: 7200, maxFileSize: 1000 } }) as Settings,
      now: () => NOW,
      stillValid: async () => true,
      onBackgroundError: (error) => {
        throw error
      },
    })
    close = () => Promise.all([records.close(), blobs.close()])
  })
  after(async () => {
    await close()
    await rm(dir, { recursive: true })
  })

  async function upload(caller: Caller, path: string, bytes: Buffer, metadata?: Record<string, unknown>) {
    const { ticket } = await storage.issueUpload(caller, path)
    const admitted = await storage.admitUpload(ticket, bytes.length)
    await storage.receiveUpload(admitted, [bytes] as unknown as AsyncIterable<Uint8Array>, { metadata })
  }

  /** What a request meets: the refusal, or undefined. */
  async function meet({ action, caller, path, size }: FileQuestion): Promise<unknown> {
    if (action === 'read') return errorOf((await storage.temporaryUrls(caller, [{ fileId: idOf(path) }]))[0])
    if (action === 'delete') return errorOf((await storage.remove(caller, [idOf(path)]))[0])
    try {
      if (size === undefined) await storage.issueUpload(caller, path)
      else await upload(caller, path, Buffer.alloc(size))
      return undefined
    } catch (error) {
      return error
    }
  }

  const question = fc.record({
    rules: fc.constantFrom(...RULES),
    mode: fc.constantFrom('path' as const, 'creator' as const),
    caller: fc.constantFrom(NOBODY, ALICE, BOB, GUEST),
    action: fc.constantFrom('read' as const, 'upload' as const, 'delete' as const),
    path: fc.constantFrom(...PATHS),
    size: fc.constantFrom(undefined, 0, 10, 11),
    stored: fc.option(
      fc.record({
        by: fc.constantFrom(ALICE, BOB, ADMIN),
        size: fc.constantFrom(3, 20),
        metadata: fc.constantFrom(undefined, { public: true }),
      }),
    ),
  })

  test('says what the request meets, in the same words, and makes a case that is decided so', async () => {
    await fc.assert(
      fc.asyncProperty(question, async ({ rules, mode, caller, action, path, size: bytes, stored }) => {
        acl = compileStorageRules({ read: true, write: true }, { resourceOpenid: mode })
        await storage.remove(ADMIN, [idOf(path)])
        if (stored !== null) await upload(stored.by, path, Buffer.alloc(stored.size), stored.metadata)
        acl = compileStorageRules(rules, { resourceOpenid: mode })
        const size = action === 'upload' ? bytes : undefined
        const { allowed, explanation, asked } = await storage.simulate({ caller, action, path, size })
        assert.equal(explanation.allowed, allowed)

        const ruleCase = { as: personOf(caller), ...asked, expect: 'allowed' }
        const file = parseCaseFile(JSON.stringify({ cases: [ruleCase] }), NOW)
        const [result] = runCases(file, loadRules({ storage: { acl: rules, resourceOpenid: mode } })).results
        // What has no words in a case: taking away a file that is not there.
        if (!(action === 'delete' && stored === null)) {
          assert.equal(result?.decided, allowed ? 'allowed' : 'denied')
          assert.deepEqual(result.explanation, explanation)
        }

        const refused = await meet({ caller, action, path, size })
        assert.equal(refused instanceof DeniedError, !allowed, String(refused))
        if (refused instanceof DeniedError) assert.deepEqual(refused.explain(), explanation)
      }),
      { numRuns: 400 },
    )
  })

  test('of a file that is said to be stored, or not, looks at no other; other rules may be asked', async () => {
    acl = compileStorageRules({ read: true, write: true }, { resourceOpenid: 'path' })
    await upload(ALICE, 'temp/x.jpg', Buffer.alloc(20))
    const rules = compileStorageRules({ read: 'resource.size > 5' }, { resourceOpenid: 'path' })
    const ask = (stored?: FileQuestion['stored']) =>
      storage.simulate({ caller: NOBODY, action: 'read', path: 'temp/x.jpg', stored, rules })
    assert.equal((await ask()).allowed, true)
    assert.equal((await ask({ size: 1 })).allowed, false)
    assert.equal((await ask(null)).allowed, false)
    assert.deepEqual((await ask(null)).asked, { action: 'read', file: 'temp/x.jpg' })
    assert.deepEqual((await ask({ size: 1, creator: ['bob'] })).asked, {
      action: 'read',
      file: 'temp/x.jpg',
      stored: { creator: ['bob'], size: 1 },
    })
    assert.equal((await storage.temporaryUrls(NOBODY, [{ fileId: idOf('temp/x.jpg') }]))[0]?.ok, true)
  })

  for (const path of ['', '/a', 'a//b', 'users/../a', 'x'.repeat(851)]) {
    test(`of ${JSON.stringify(path.slice(0, 20))} is refused as a name`, async () => {
      await assert.rejects(storage.simulate({ caller: ALICE, action: 'read', path }), { code: 'INVALID_FILE_NAME' })
    })
  }
})

function idOf(path: string): string {
  return `cloud://${ENV}/${path}`
}

function errorOf(result: object | undefined): unknown {
  return result !== undefined && 'error' in result ? result.error : undefined
}
