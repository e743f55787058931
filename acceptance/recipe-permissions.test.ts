/** The rows of the recipe about permissions: the default mode, the private mode, the custom rule, and changes between them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { png } from './support/pictures.ts'
import type { ItemCode } from './support/sdk.ts'
import { type LoginKey, type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'
import { createUser, type LoginAs, type User } from './support/users.ts'

/** The rule of the recipe for the Console. */
const OWN_DIRECTORY = 'auth != null && resource.openid == auth.openid'
const RECIPE_RULE = { read: OWN_DIRECTORY, write: OWN_DIRECTORY }

const PICTURE = png(40, 30)
const OTHER = png(30, 40, 5)
const REFUSED = 'STORAGE_EXCEED_AUTHORITY'
/** An edit of the configuration file takes effect within 2 s; the rest is for a busy machine. */
const RELOAD_MS = 8000

let server: RunningServer
let key: LoginKey
let alice: User
let bob: User
let stranger: User

/** A server with these permissions, Alice with WeChat, Bob with a ticket, and an anonymous user. */
async function open(storage: object): Promise<void> {
  server = await startServer({ mode: 'dev', config: { storage } })
  key = await server.loginKey()
  const logins: LoginAs[] = [{ code: 'dev:alice' }, { key, id: 'bob1' }, 'anonymous']
  ;[alice, bob, stranger] = (await Promise.all(logins.map((login) => createUser(server, login)))) as [User, User, User]
}

async function close(): Promise<void> {
  for (const { phone } of [alice, bob, stranger]) phone.dispose()
  await server.stop()
}

describe('R16 R27: the default mode, READONLY', () => {
  before(() => open({}))
  after(close)

  it('R16: every logged-in user uploads to their own directory', async () => {
    for (const user of [alice, bob, stranger]) {
      const fileID = await user.upload(`users/${user.openid}/a.png`, PICTURE)
      assert.ok(fileID.endsWith(`/users/${user.openid}/a.png`))
    }
  })

  it('R16: nobody can upload to the directory of another user, or replace or delete their files', async () => {
    const fileID = await alice.upload(`users/${alice.openid}/mine.png`, PICTURE)
    for (const user of [bob, stranger]) {
      for (const name of ['mine.png', 'planted.png']) {
        await assert.rejects(user.upload(`users/${alice.openid}/${name}`, OTHER), new RegExp(REFUSED))
      }
      assert.equal(code(await user.app.deleteFile({ fileList: [fileID] })), REFUSED)
    }
    assert.deepEqual(await bytesOf(alice, fileID), PICTURE)
  })

  it('R16: a file outside users/ belongs to its uploader', async () => {
    const fileID = await bob.upload('shared/b.png', PICTURE)
    await assert.rejects(alice.upload('shared/b.png', OTHER), new RegExp(REFUSED))
    await bob.upload('shared/b.png', OTHER)
    assert.deepEqual(await bytesOf(alice, fileID), OTHER)
  })

  it('R15 R27: everyone can read, with an unsigned URL that is the same for all, permanent and cacheable', async () => {
    const fileID = await alice.upload(`users/${alice.openid}/公开.png`, PICTURE)
    const urls = await Promise.all(
      [alice, bob, stranger].map(async (user) => (await user.urlOf(fileID, 1)).tempFileURL),
    )
    assert.equal(new Set(urls).size, 1)
    const [url = ''] = urls
    assert.ok(!url.includes('?'), url)
    const response = await fetch(url)
    assert.equal(response.status, 200)
    assert.match(response.headers.get('cache-control') ?? '', /^public, max-age=\d+$/)
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), PICTURE)
  })

  it('R15: the URL stays the same when the owner replaces the file, and returns the new bytes', async () => {
    const cloudPath = `users/${alice.openid}/replaced.png`
    const fileID = await alice.upload(cloudPath, PICTURE)
    const before = await alice.urlOf(fileID)
    assert.equal(await alice.upload(cloudPath, OTHER), fileID)
    assert.equal((await alice.urlOf(fileID)).tempFileURL, before.tempFileURL)
    const response = await fetch(before.tempFileURL, { cache: 'no-store' })
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), OTHER)
  })
})

for (const [name, acl] of [
  ['R14: PRIVATE', 'PRIVATE'],
  ['R17 R27: the custom rule of the recipe', RECIPE_RULE],
] as const) {
  describe(name, () => {
    let fileID: string

    before(async () => {
      await open({ acl })
      fileID = await alice.upload(`users/${alice.openid}/私密.png`, PICTURE)
    })
    after(close)

    it('R17: the owner reads, replaces, copies and deletes in their own directory, with any login', async () => {
      for (const user of [alice, bob]) {
        const directory = `users/${user.openid}`
        const own = await user.upload(`${directory}/x.png`, PICTURE)
        await user.upload(`${directory}/x.png`, OTHER)
        const move = { srcPath: `${directory}/x.png`, dstPath: `${directory}/y.png`, removeOriginal: true }
        assert.equal(code(await user.app.copyFile({ fileList: [move] })), 'SUCCESS')
        assert.equal((await user.urlOf(own)).code, 'STORAGE_FILE_NONEXIST')
        const moved = own.replace(/x\.png$/, 'y.png')
        assert.deepEqual(await bytesOf(user, moved), OTHER)
        assert.equal(code(await user.app.deleteFile({ fileList: [moved] })), 'SUCCESS')
      }
    })

    it('R27: others get no URL, learn nothing about existing files, and change nothing', async () => {
      for (const user of [bob, stranger]) {
        const foreign = await user.urlOf(fileID)
        assert.deepEqual([foreign.code, foreign.tempFileURL, foreign.download_url], [REFUSED, '', ''])
        const missing = await user.urlOf(fileID.replace('私密', 'nothing here'))
        assert.deepEqual([missing.code, missing.message], [foreign.code, foreign.message])
        const { statusCode, code: downloadCode } = await user.app.downloadFile({ fileID }).then(
          ({ statusCode }) => ({ statusCode, code: undefined }),
          (item: ItemCode) => ({ statusCode: undefined, code: item.code }),
        )
        assert.deepEqual([statusCode, downloadCode], [undefined, REFUSED])
        assert.equal(code(await user.app.deleteFile({ fileList: [fileID] })), REFUSED)
        for (const copied of [
          { srcPath: `users/${alice.openid}/私密.png`, dstPath: `users/${user.openid}/taken.png` },
          { srcPath: `users/${alice.openid}/私密.png`, dstPath: `users/${alice.openid}/b.png`, removeOriginal: true },
        ]) {
          assert.equal(code(await user.app.copyFile({ fileList: [copied] })), REFUSED)
        }
        await assert.rejects(user.upload(`users/${alice.openid}/私密.png`, OTHER), new RegExp(REFUSED))
      }
      assert.deepEqual(await bytesOf(alice, fileID), PICTURE)
    })

    it('R14: without its signature, or with an edited one, the URL answers 403', async () => {
      const { tempFileURL } = await alice.urlOf(fileID)
      const [bare = '', query = ''] = tempFileURL.split('?')
      const { sign, t } = Object.fromEntries(new URLSearchParams(query))
      const edited = sign?.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
      for (const url of [bare, `${bare}?sign=${edited}&t=${t}`, `${bare}?sign=${sign}&t=${Number(t) + 1}`]) {
        assert.equal((await fetch(url)).status, 403, url)
      }
      assert.equal((await fetch(`${tempFileURL}&imageMogr2/thumbnail/300x200`)).status, 200)
    })
  })
}

describe('R18: paths without a user id under the custom rule', () => {
  before(() => open({ acl: RECIPE_RULE }))
  after(close)

  it('R18: temp/x.jpg is refused for everyone, and the log has the reason and the setting', async () => {
    for (const user of [alice, bob, stranger]) {
      await assert.rejects(user.upload('temp/x.jpg', PICTURE), new RegExp(REFUSED))
    }
    assert.match(server.log(), /temp\/x\.jpg.*storage\.resourceOpenid/)
  })

  it('R18: paths similar to the own directory are refused too', async () => {
    const own = alice.openid
    for (const path of [
      `users/${own}`,
      `users/${own}x/a.png`,
      `Users/${own}/a.png`,
      `x/users/${own}/a.png`,
      'users/a.png',
    ]) {
      await assert.rejects(alice.upload(path, PICTURE), new RegExp(REFUSED), path)
    }
  })
})

describe('R9: the permissions change while the server runs', () => {
  before(() => open({}))
  after(close)

  it('R9 R27: fileIDs stay valid, URLs follow the permissions', async () => {
    const fileID = await alice.upload(`users/${alice.openid}/long-lived.png`, PICTURE)
    const { tempFileURL: bare } = await bob.urlOf(fileID)
    const reads = async () => [(await bob.urlOf(fileID)).code, (await fetch(bare)).status]
    assert.deepEqual(await reads(), ['SUCCESS', 200])
    for (const [acl, expected] of [
      [RECIPE_RULE, [REFUSED, 403]],
      ['ADMINWRITE', ['SUCCESS', 200]],
      ['PRIVATE', [REFUSED, 403]],
    ] as const) {
      await server.writeConfig({ storage: { acl } })
      await until(`bob reads under ${JSON.stringify(acl)}`, reads, (seen) => seen.join() === expected.join(), RELOAD_MS)
      assert.deepEqual(await bytesOf(alice, fileID), PICTURE)
    }
  })

  it('R17: a rule with a syntax error changes nothing, and the log has the reason', async () => {
    const fileID = await alice.upload(`users/${alice.openid}/kept.png`, PICTURE)
    await server.writeConfig({ storage: { acl: { read: 'auth != null &&', write: true } } })
    await until(
      'the refusal in the log',
      () => server.log(),
      (log) => /unexpected end.*column 16/.test(log),
      RELOAD_MS,
    )
    assert.equal((await bob.urlOf(fileID)).code, REFUSED)
    assert.deepEqual(await bytesOf(alice, fileID), PICTURE)
  })
})

function code({ fileList }: { fileList: readonly ItemCode[] }): string | undefined {
  assert.equal(fileList.length, 1)
  return fileList[0]?.code
}

async function bytesOf(user: User, fileID: string): Promise<Buffer> {
  const item = await user.urlOf(fileID)
  assert.equal(item.code, 'SUCCESS', item.message)
  return Buffer.from(await (await fetch(item.tempFileURL)).arrayBuffer())
}
