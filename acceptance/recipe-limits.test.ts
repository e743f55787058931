/** The rows of the recipe about limits: 50 files per call, expiring URLs, the wrong environment, other clients. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAdmin, createPhone } from './support/clients.ts'
import { png } from './support/pictures.ts'
import { resolveImages, uploadAll } from './support/recipe-app.ts'
import { type LoginKey, type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'
import { createUser, type User } from './support/users.ts'

const PICTURE = png(8, 8)
/** Lifetime of URLs in seconds. */
const MAX_AGE = 1
const OWN_DIRECTORY = 'auth != null && resource.openid == auth.openid'
/** A URL of one second expires after two seconds at the latest; the rest is for a busy machine. */
const EXPIRY_MS = 6000

let server: RunningServer
let key: LoginKey
let alice: User

before(async () => {
  server = await startServer({
    mode: 'dev',
    config: { storage: { acl: { read: OWN_DIRECTORY, write: OWN_DIRECTORY, maxAge: MAX_AGE } } },
  })
  key = await server.loginKey()
  alice = await createUser(server, { key, id: 'alice' })
})
after(async () => {
  alice.phone.dispose()
  await server.stop()
})

describe('R11: at most 50 files per call', () => {
  let fileIDs: string[]

  before(async () => {
    const names = Array.from({ length: 51 }, (_name, index) => `users/alice/many/${index}.png`)
    const uploaded = await uploadAll(names, (cloudPath) => alice.upload(cloudPath, PICTURE), 10)
    fileIDs = uploaded.map((result) => ('fileID' in result ? result.fileID : assert.fail(String(result.error))))
  })

  it('R11: 50 fileIDs are resolved, in order', async () => {
    const images = await resolveImages(alice.phone, fileIDs.slice(0, 50))
    assert.deepEqual(
      images.map(({ fileID, code }) => [fileID, code]),
      fileIDs.slice(0, 50).map((fileID) => [fileID, 'SUCCESS']),
    )
  })

  it('R11: 51 are refused with INVALID_PARAM, and the message names the limit', async () => {
    await assert.rejects(resolveImages(alice.phone, fileIDs), /INVALID_PARAM.*at most 50/)
  })

  it('R11: a deleteFile of 51 deletes nothing, a copyFile of 51 copies nothing', async () => {
    await assert.rejects(alice.app.deleteFile({ fileList: fileIDs }), /INVALID_PARAM.*at most 50/)
    const copies = fileIDs.map((_fileID, index) => ({
      srcPath: `users/alice/many/${index}.png`,
      dstPath: `users/alice/copies/${index}.png`,
    }))
    await assert.rejects(alice.app.copyFile({ fileList: copies }), /INVALID_PARAM.*at most 50/)
    const images = await resolveImages(alice.phone, fileIDs.slice(0, 50))
    assert.ok(images.every(({ code }) => code === 'SUCCESS'))
    assert.equal((await alice.urlOf(fileIDs[50] ?? '')).code, 'SUCCESS')
    const copied = fileIDs[0]?.replace('many', 'copies') ?? ''
    assert.equal((await alice.urlOf(copied)).code, 'STORAGE_FILE_NONEXIST')
  })

  it('R11: a deleteFile of 50 deletes them all', async () => {
    const { fileList } = await alice.app.deleteFile({ fileList: fileIDs.slice(0, 50) })
    assert.deepEqual(
      fileList.map(({ fileID, code }) => [fileID, code]),
      fileIDs.slice(0, 50).map((fileID) => [fileID, 'SUCCESS']),
    )
    assert.equal((await alice.urlOf(fileIDs[0] ?? '')).code, 'STORAGE_FILE_NONEXIST')
    assert.equal((await alice.urlOf(fileIDs[50] ?? '')).code, 'SUCCESS')
  })
})

describe('R14 R26: the lifetime of a temporary URL', () => {
  it('R14 R26: it works, then answers 403, and a new one from the same fileID works again', async () => {
    const fileID = await alice.upload('users/alice/short.png', PICTURE)
    const first = await alice.urlOf(fileID)
    assert.equal(first.maxAge, MAX_AGE)
    assert.equal((await fetch(first.tempFileURL)).status, 200)
    const status = async () => (await fetch(first.tempFileURL)).status
    await until('the URL expires', status, (seen) => seen !== 200, EXPIRY_MS)
    const late = await fetch(first.tempFileURL)
    assert.equal(late.status, 403)
    assert.match(await late.text(), /CDN_SIGNATURE_EXPIRED/)
    const second = await alice.urlOf(fileID)
    assert.notEqual(second.tempFileURL, first.tempFileURL)
    const again = await fetch(second.tempFileURL)
    assert.equal(again.status, 200)
    assert.deepEqual(Buffer.from(await again.arrayBuffer()), PICTURE)
  })

  it('R14: the maxAge of the rule is a limit for requested lifetimes', async () => {
    const fileID = await alice.upload('users/alice/short.png', PICTURE)
    assert.equal((await alice.urlOf(fileID, 86_400)).maxAge, MAX_AGE)
  })

  it('R14: a maxAge outside 1 to 86,400 seconds, or not a whole number, is INVALID_PARAM', async () => {
    const fileID = await alice.upload('users/alice/short.png', PICTURE)
    // The client itself replaces 0 with its default.
    for (const maxAge of [-1, 86_401, 1.5, '60' as unknown as number]) {
      await assert.rejects(alice.urlOf(fileID, maxAge), /INVALID_PARAM.*maxAge/, String(maxAge))
    }
  })
})

describe('R25: the wrong environment', () => {
  it('R25: errors of a login and a call for another environment name the environment of the server', async () => {
    const lost = createPhone({ host: server.host, env: 'prod-9zzzzz' })
    const { error } = await lost.auth.signInAnonymously({})
    assert.match(error?.message ?? '', /INVALID_ENV.*demo-1abcde/)
    lost.dispose()

    const { apiKey } = await server.apiKey()
    const withKey = createPhone({ host: server.host, env: 'prod-9zzzzz' }, { init: { accessKey: apiKey } })
    const { app, device } = withKey
    const filePath = device.files.add('a.png', PICTURE)
    await assert.rejects(app.uploadFile({ cloudPath: 'a.png', filePath }), /INVALID_ENV.*demo-1abcde/)
    withKey.dispose()
  })

  it('R25: only the fileID of another environment is refused, with INVALID_PARAM', async () => {
    const { code, tempFileURL } = await alice.urlOf('cloud://prod-9zzzzz.7072-prod-9zzzzz-1250000000/users/alice/a.png')
    assert.deepEqual([code, tempFileURL], ['INVALID_PARAM', ''])
  })
})

describe('R29: the server side of the app', () => {
  it('R29: node-sdk with a key of this server reads, resolves and removes what a user uploaded', async () => {
    const fileID = await alice.upload('users/alice/for-the-server.png', PICTURE)
    for (const by of ['signature', 'apiKey'] as const) {
      const admin = createAdmin(server, await server.apiKey(), by)
      const { fileContent } = await admin.downloadFile({ fileID })
      assert.deepEqual(fileContent, PICTURE)
      const { fileList } = await admin.getTempFileURL({ fileList: [{ fileID, maxAge: 60 }] })
      assert.equal((await fetch(fileList[0]?.tempFileURL ?? '')).status, 200)
    }
    const admin = createAdmin(server, await server.apiKey())
    assert.equal((await admin.deleteFile({ fileList: [fileID] })).fileList[0]?.code, 'SUCCESS')
    assert.equal((await alice.urlOf(fileID)).code, 'STORAGE_FILE_NONEXIST')
  })
})
