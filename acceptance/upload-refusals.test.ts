/** Refused uploads: the body, the ticket, the rights. With plain HTTP. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createAdmin } from './support/clients.ts'
import { blobFiles } from './support/data-dir.ts'
import { freshPaths } from './support/file-names.ts'
import { serverForFile, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { assertRefused, BOUNDARY, BYTES, FIELDS, FILE, FORM, field, form, sha, split } from './support/uploads.ts'
import {
  actAsAdmin,
  element,
  exchange,
  newPerson,
  own,
  type Sending,
  send,
  stored,
  upload,
  uploadUrl,
} from './support/wire.ts'

const LIMIT = 300 * 1024
const CONFIG = { storage: { acl: 'PRIVATE', maxFileSize: LIMIT } }

const server = await serverForFile({ config: CONFIG })
const alice = await newPerson(server)
const bob = await newPerson(server)
const fresh = freshPaths(alice)

describe('refused bodies', () => {
  async function leavesNothing(sending: Sending, status: number, code: string): Promise<void> {
    const path = fresh()
    const url = await uploadUrl(server, alice, path)
    assertRefused(await send(url, sending), status, code)
    assert.equal(await stored(server, alice, path), 'STORAGE_FILE_NONEXIST')
    assert.equal((await send(url, { method: 'PUT', body: 'now right' })).status, 200, 'the ticket is still valid')
  }

  const tooLarge = randomBytes(LIMIT + 1)
  for (const [what, sending] of [
    ['announced', { method: 'PUT', body: tooLarge }],
    ['detected while it is streamed', { method: 'PUT', chunks: split(tooLarge, 50_000) }],
    ['raw by POST', { method: 'POST', chunks: split(tooLarge, 50_000) }],
    ['in a form', { method: 'POST', body: form([{ ...FILE, value: tooLarge }]), headers: FORM }],
    [
      'much too large, and the answer still arrives',
      { method: 'PUT', chunks: Array.from({ length: 64 }, () => tooLarge) },
    ],
  ] as const) {
    test(`too large, ${what}`, () => leavesNothing(sending, 413, 'EXCEED_UPLOAD_MAXFILESIZE'))
  }

  test('exactly as large as allowed is accepted', async () => {
    await upload(server, alice, fresh(), tooLarge.subarray(1))
  })

  const broken: readonly (readonly [what: string, body: Buffer | string, headers?: OutgoingHttpHeaders])[] = [
    ['without a boundary', form([FILE]), { 'content-type': 'multipart/form-data' }],
    ['with an empty boundary', form([FILE]), { 'content-type': 'multipart/form-data; boundary=' }],
    ['with another boundary than declared', form([FILE], 'other')],
    ['without a file', form(FIELDS)],
    ['without anything', form([])],
    ['of no bytes', ''],
    ['of garbage', randomBytes(2000)],
    ['that ends in the middle of the file', form([FILE]).subarray(0, 2000)],
    ['that ends before its last boundary', form([FILE]).subarray(0, -(BOUNDARY.length + 8))],
    ['with two files', form([FILE, { ...FILE, name: 'second' }])],
    ['with a part header of 20 KB', form([{ ...FILE, name: 'x'.repeat(20_000) }])],
    ['with a thousand fields', form([...Array.from({ length: 1000 }, (_, at) => field(`f${at}`)), FILE])],
  ]
  for (const [what, body, headers = FORM] of broken) {
    test(`a form ${what}`, () => leavesNothing({ method: 'POST', body, headers }, 400, 'INVALID_PARAM'))
  }

  for (const [what, method, head, body] of [
    ['a raw PUT', 'PUT', '', BYTES],
    ['a raw POST', 'POST', '', BYTES],
    ['a form', 'POST', `Content-Type: ${FORM['content-type']}\r\n`, form([...FIELDS, FILE])],
  ] as const) {
    test(`${what} whose sender disconnects half-way leaves nothing visible`, async () => {
      const path = fresh()
      const { pathname } = new URL(await uploadUrl(server, alice, path))
      const start = `${method} ${pathname} HTTP/1.1\r\nHost: localhost\r\n${head}Content-Length: ${body.length}\r\n\r\n`
      const seen = server.log().length
      await exchange(server, Buffer.concat([Buffer.from(start), body.subarray(0, body.length / 2)]), { hangUp: true })
      await eventually('the server noticed', () => server.log().slice(seen).includes('refused'))
      assert.equal(await stored(server, alice, path), 'STORAGE_FILE_NONEXIST')
      assert.ok(!server.log().slice(seen).includes('"level":50'), 'not an internal error')
    })
  }

  test('bytes beyond the Content-Length are not part of the file', async () => {
    const path = fresh()
    const { pathname } = new URL(await uploadUrl(server, alice, path))
    const answer = await exchange(
      server,
      `PUT ${pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhelloTRAILING\r\n\r\n`,
    )
    // They are a second, invalid request.
    assert.match(answer, /^HTTP\/1\.1 (?:200|400) /)
    assert.match(String(await stored(server, alice, path)), /^(?:hello|STORAGE_FILE_NONEXIST)$/)
  })

  test('a request with both a length and chunks is refused', async () => {
    const path = fresh()
    const { pathname } = new URL(await uploadUrl(server, alice, path))
    const answer = await exchange(
      server,
      `PUT ${pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1\.1 400 /)
    assert.equal(await stored(server, alice, path), 'STORAGE_FILE_NONEXIST')
  })
})

describe('an upload URL is a ticket for one path only', () => {
  test('any edit of it is refused', async () => {
    const path = fresh()
    const url = await uploadUrl(server, alice, path)
    const [kid = '', payload = '', mac = ''] = url.slice(url.indexOf('/u/') + 3).split('.')
    const edit = (text: string) => `${server.url}/u/${text}`
    const wire = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[]
    const forged = wire.map((part) => (part === path ? own(bob, 'stolen.bin') : part))
    const edits = [
      `${url}?`,
      `${url}?x=1`,
      `${url}/`,
      `${url}.`,
      `${url}#x`.replace('#', '%23'),
      edit(`${kid}.${payload}.${mac.slice(0, -1)}`),
      edit(`${kid}.${payload}.${flip(mac)}`),
      edit(`${kid}.${flip(payload)}.${mac}`),
      edit(`${flip(kid)}.${payload}.${mac}`),
      edit(`${kid}.${payload}=.${mac}`),
      edit(`${kid}.${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${mac}`),
      edit(`${kid}.${payload}`),
      edit(`${payload}.${mac}`),
      edit(url.slice(url.indexOf('/u/') + 3).toUpperCase()),
      edit(`${kid}%2e${payload}.${mac}`),
      edit(`./${kid}.${payload}.${mac}`),
      edit(''),
      edit('x'),
      edit(`${'a'.repeat(12_000)}`),
    ]
    for (const edited of edits) {
      const answer = await send(edited, { method: 'PUT', body: 'x' })
      assertRefused(answer, 403, 'STORAGE_SIGN_PARAM_INVALID')
    }
    assert.equal(await stored(server, alice, path), 'STORAGE_FILE_NONEXIST')
  })

  test('the path in the form is ignored', async () => {
    const path = fresh()
    const stolen = own(bob, 'stolen.bin')
    const body = form([field('key', stolen), FILE, field('key', stolen)])
    const headers = { ...FORM, key: encodeURIComponent(stolen) }
    assert.equal((await send(await uploadUrl(server, alice, path), { method: 'POST', body, headers })).status, 201)
    assert.equal(await stored(server, bob, stolen), 'STORAGE_FILE_NONEXIST')
    assert.deepEqual(await stored(server, alice, path), BYTES)
  })

  test('it can be reused while it is valid; the last bytes are stored', async () => {
    const path = fresh()
    const url = await uploadUrl(server, alice, path)
    for (const body of ['first', 'second']) assert.equal((await send(url, { method: 'PUT', body })).status, 200)
    assert.equal(String(await stored(server, alice, path)), 'second')
  })

  test('a ticket of another server, or of another environment, is refused', async () => {
    const other = await startServer({ env: 'other-1abcde' })
    try {
      const person = await newPerson(other)
      const { pathname } = new URL(await uploadUrl(other, person, own(person, 'a.bin')))
      assertRefused(
        await send(`${server.url}${pathname}`, { method: 'PUT', body: 'x' }),
        403,
        'STORAGE_SIGN_PARAM_INVALID',
      )
    } finally {
      await other.stop()
    }
  })

  test('other methods are refused', async () => {
    const url = await uploadUrl(server, alice, fresh())
    for (const method of ['GET', 'HEAD', 'DELETE', 'PATCH']) {
      const { status } = await send(url, { method })
      assert.ok(status === 404 || status === 405, `${method}: ${status}`)
    }
  })

  test('it ends with the login: later bytes are refused', async () => {
    const carol = await newPerson(server)
    const path = own(carol, 'late.bin')
    const url = await uploadUrl(server, carol, path)
    const revoke = { method: 'POST', body: JSON.stringify({ token: carol.refreshToken }) }
    assert.equal((await send(`${server.url}/auth/v1/revoke?client_id=${server.env}`, revoke)).status, 200)
    assertRefused(await send(url, { method: 'PUT', body: 'x' }), 401, 'CHECK_LOGIN_FAILED')
    const { apiKey } = await server.apiKey()
    const reply = await actAsAdmin(server, apiKey, 'storage.batchGetDownloadUrl', {
      file_list: [`cloud://${server.env}/${path}`],
    })
    assert.equal(reply.data.download_list[0].code, 'STORAGE_FILE_NONEXIST')
  })
})

/** Replaces a character in the middle. */
function flip(text: string): string {
  const at = Math.floor(text.length / 2)
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
}

describe('rights are checked again when the bytes arrive', () => {
  test('rules that changed after the ticket, and while the bytes arrive', async () => {
    const moving = await startServer({ config: CONFIG })
    try {
      const person = await newPerson(moving)
      const probe = await uploadUrl(moving, person, own(person, 'probe.bin'))
      const before = await uploadUrl(moving, person, own(person, 'before.bin'))
      const during = await uploadUrl(moving, person, own(person, 'during.bin'))
      const { hostname, port, pathname } = new URL(during)
      const socket = connect(Number(port), hostname)
      await once(socket, 'connect')
      let answer = ''
      socket.setEncoding('utf8').on('data', (text: string) => {
        answer += text
      })
      socket.write(`PUT ${pathname} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabc`)

      await moving.writeConfig({ storage: { acl: 'ADMINWRITE' } })
      const probed = async () => (await send(probe, { method: 'PUT', body: 'x' })).status === 403
      await eventually('the new rules are in effect', probed)
      assertRefused(await send(before, { method: 'PUT', body: 'x' }), 403, 'STORAGE_EXCEED_AUTHORITY')
      socket.write('def')
      await once(socket, 'close')
      assert.match(answer, /^HTTP\/1\.1 403 /)
      assert.equal(element(answer, 'Code'), 'STORAGE_EXCEED_AUTHORITY')
      for (const name of ['before.bin', 'during.bin']) {
        assert.equal(await stored(moving, person, own(person, name)), 'STORAGE_FILE_NONEXIST')
      }
    } finally {
      await moving.stop()
    }
  })

  test('a path without a claim that another user has taken in the meantime', async () => {
    const path = 'shared/late.bin'
    const late = await uploadUrl(server, bob, path)
    await upload(server, alice, path, 'mine')
    assertRefused(await send(late, { method: 'PUT', body: 'stolen' }), 403, 'STORAGE_EXCEED_AUTHORITY')
    assert.equal(String(await stored(server, alice, path)), 'mine')
  })

  test('of several users that race for a new path exactly one wins, and the file is complete', async () => {
    const people = [alice, bob, await newPerson(server), await newPerson(server)]
    for (let round = 0; round < 5; round += 1) {
      const path = `race/${round}.bin`
      const urls = await Promise.all(people.map((person) => uploadUrl(server, person, path)))
      const bodies = people.map(() => randomBytes(20_000))
      const answers = await Promise.all(urls.map((url, at) => send(url, { method: 'PUT', body: bodies[at] ?? '' })))
      const winners = answers.flatMap(({ status }, at) => (status === 200 ? [at] : []))
      assert.equal(winners.length, 1, JSON.stringify(answers.map(({ status, text }) => [status, text])))
      const [winner = 0] = winners
      assert.deepEqual(await stored(server, people[winner], path), bodies[winner])
    }
  })

  test('concurrent overwrites of one user all succeed, and one of them is stored, complete', async () => {
    const path = fresh()
    const url = await uploadUrl(server, alice, path)
    const bodies = Array.from({ length: 12 }, () => randomBytes(30_000))
    const answers = await Promise.all(bodies.map((body) => send(url, { method: 'PUT', body })))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    const got = sha(await stored(server, alice, path))
    assert.ok(bodies.some((body) => sha(body) === got))
  })
})

describe('the official server SDK', () => {
  test('gets the code of a refusal, without a crash of its XML reader', async () => {
    const admin = createAdmin(server, await server.apiKey())
    await admin.uploadFile({ cloudPath: 'sdk/ok.bin', fileContent: BYTES })
    await assert.rejects(
      admin.uploadFile({ cloudPath: 'sdk/large.bin', fileContent: randomBytes(LIMIT + 1) }),
      (error: { code?: string; message?: string }) => {
        assert.match(`${error.code} ${error.message}`, /EXCEED_UPLOAD_MAXFILESIZE/)
        return true
      },
    )
  })
})

test('refused, interrupted and replaced uploads leave no bytes on disk', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-refusals-'))
  const dying = await startServer({ dataDir, config: CONFIG })
  t.after(() => dying.kill())
  const person = await newPerson(dying)
  await upload(dying, person, own(person, 'kept.bin'), 'old')
  await upload(dying, person, own(person, 'kept.bin'), 'new')
  const url = await uploadUrl(dying, person, own(person, 'never.bin'))
  await send(url, { method: 'PUT', body: randomBytes(LIMIT + 1) })
  await send(url, { method: 'PUT', chunks: split(randomBytes(LIMIT + 1), 60_000) })
  await send(url, { method: 'PUT', body: BYTES, headers: { 'content-md5': 'bm9wZQ==' } })
  await send(url, { method: 'POST', body: form([FILE, FILE]), headers: FORM })
  const { pathname } = new URL(url)
  const half = `PUT ${pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${LIMIT}\r\n\r\n${'x'.repeat(LIMIT / 2)}`
  await exchange(dying, half, { hangUp: true })
  await eventually('one file, one blob', async () => (await blobFiles(dataDir)).length === 1)

  // Nothing reappears after a restart, even if a kill interrupted an upload.
  const socket = connect(dying.port)
  await once(socket, 'connect')
  socket.on('error', () => {})
  await new Promise((done) => socket.write(half, done))
  await dying.kill()
  const next = await startServer({ dataDir, config: CONFIG })
  try {
    await eventually('still one blob', async () => (await blobFiles(dataDir)).length === 1)
    assert.equal(String(await stored(next, person, own(person, 'kept.bin'))), 'new')
    assert.equal(await stored(next, person, own(person, 'never.bin')), 'STORAGE_FILE_NONEXIST')
  } finally {
    await next.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
