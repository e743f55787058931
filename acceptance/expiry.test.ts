/** Expiry: the same data directory, served later by a server with a shifted clock. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type RunningServer, startLater, startServer } from './support/server.ts'
import { assertRefused } from './support/uploads.ts'
import { act, element, newPerson, own, type Person, send, temporaryUrl, upload, uploadUrl } from './support/wire.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const CONFIG = { storage: { acl: 'PRIVATE' } }

let dataDir: string
let person: Person
/** Paths and queries only, because each server has its own port. */
let ticket: string
let brief: string
let long: string
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-expiry-'))
  const server = await startServer({ dataDir, config: CONFIG })
  person = await newPerson(server)
  await upload(server, person, own(person, 'a.txt'), 'hello')
  ticket = pathOf(await uploadUrl(server, person, own(person, 'b.txt')))
  brief = pathOf((await temporaryUrl(server, person, own(person, 'a.txt'))).tempFileURL)
  long = pathOf((await temporaryUrl(server, person, own(person, 'a.txt'), 86_400)).tempFileURL)
  await server.stop()
})
after(() => rm(dataDir, { recursive: true, force: true }))

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}

/** Runs a server whose clock is ahead by `ahead` milliseconds. */
async function later(
  ahead: number,
  use: (server: RunningServer) => Promise<void>,
  config: object = CONFIG,
): Promise<void> {
  const server = await startLater(ahead, { dataDir, config })
  try {
    await use(server)
  } finally {
    await server.stop()
  }
}

async function refresh(server: RunningServer, token: string) {
  const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token: token, client_id: server.env })
  const { status, text } = await send(`${server.url}/auth/v1/token`, { method: 'POST', body })
  return { status, body: JSON.parse(text) as Record<string, string> }
}

describe('expiry', () => {
  test('an upload URL is valid for 15 minutes, across restarts', async () => {
    await later(14 * MINUTE, async (server) => {
      assert.equal((await send(server.url + ticket, { method: 'PUT', body: 'in time' })).status, 200)
    })
    await later(16 * MINUTE, async (server) => {
      assertRefused(await send(server.url + ticket, { method: 'PUT', body: 'late' }), 403, 'STORAGE_SIGN_EXPIRED')
      const { tempFileURL } = await temporaryUrl(server, person, own(person, 'b.txt'))
      assert.equal((await send(tempFileURL)).text, 'in time')
    })
  })

  test('R14: a temporary URL is valid for 7200 s, or for the requested time; then it answers 403', async () => {
    await later(2 * HOUR - MINUTE, async (server) => {
      assert.equal((await send(server.url + brief)).text, 'hello')
    })
    await later(2 * HOUR + MINUTE, async (server) => {
      const { status, text } = await send(server.url + brief)
      assert.equal(status, 403)
      assert.equal(element(text, 'Code'), 'CDN_SIGNATURE_EXPIRED')
      assert.equal((await send(server.url + long)).text, 'hello')
    })
    await later(DAY + MINUTE, async (server) => {
      assert.equal((await send(server.url + long)).status, 403)
    })
  })

  test('an access token is valid for two hours, as it states; a refresh token for 31 days after its last use', async () => {
    await later(2 * HOUR + MINUTE, async (server) => {
      const reply = await act(server, person, 'storage.getUploadMetadata', { path: own(person, 'c.txt') })
      assert.equal(reply.code, 'ACCESS_TOKEN_EXPIRED')
      const { status, text } = await send(`${server.url}/v1/storages/get-objects-upload-info`, {
        method: 'POST',
        headers: { authorization: `Bearer ${person.accessToken}` },
        body: JSON.stringify([{ objectId: own(person, 'c.txt') }]),
      })
      assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [401, 'ACCESS_TOKEN_EXPIRED'])
    })
    let token = person.refreshToken
    await later(30 * DAY, async (server) => {
      const { status, body } = await refresh(server, token)
      assert.equal(status, 200)
      assert.notEqual(body.refresh_token, token)
      token = body.refresh_token ?? ''
      const renewed = { ...person, accessToken: body.access_token ?? '' }
      assert.equal((await temporaryUrl(server, renewed, own(person, 'a.txt'))).code, 'SUCCESS')
    })
    await later(62 * DAY, async (server) => {
      const { status, body } = await refresh(server, token)
      assert.equal(status, 400)
      assert.equal(body.error, 'invalid_grant')
    })
  })

  test('R15: the unsigned URL of a public-read file never expires', async () => {
    const readable = { storage: { acl: 'READONLY' } }
    const bare = brief.split('?')[0] ?? ''
    await later(4000 * DAY, async (server) => assert.equal((await send(server.url + bare)).text, 'hello'), readable)
  })
})
