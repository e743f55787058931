/** No single request, and no few connections, may stop the server or fill its memory. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { costOf } from './support/deafness.ts'
import { type ApiKey, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { act, actAsAdmin, actionBody, newPerson, type Person, send } from './support/wire.ts'

// Of the processor. The most expensive shapes take half of it on an idle core; a busy one is slower.
const MAX_DEAF_MS = 300
/** A server that has done little has 80 MiB, so it has 270 MiB then. */
const MAX_GROWN_MIB = 190
/** Making a large answer takes up to 120 MiB until the garbage is collected. One is made while another is garbage, not 24. */
const MAX_GROWN_BY_ANSWERS_MIB = 300
/** Just below the limit of a body. */
const BODY_BYTES = 19 * 1024 * 1024
const COLLECTION = 'things'

let server: RunningServer
let person: Person
let key: ApiKey

before(async () => {
  server = await startServer({ config: { database: { collections: { [COLLECTION]: { acl: 'READONLY' } } } } })
  person = await newPerson(server)
  key = await server.apiKey()
  // Everything is loaded, and the memory is that of a server in use.
  const _id = 'warm'
  await act(server, person, 'database.addDocument', {
    collectionName: COLLECTION,
    data: { _id, text: 'x'.repeat(BODY_BYTES / 4) },
  })
  await act(server, person, 'database.queryDocument', { collectionName: COLLECTION, query: { _id } })
})
after(async () => assert.equal(await server.stop(), 0))

/** Runs the work and fails when the server was deaf or grew. */
async function affordable(work: () => Promise<unknown>, maxGrownMib = MAX_GROWN_MIB): Promise<void> {
  const { deafMs, grownMib } = await costOf(server, work)
  const what = `deaf for ${deafMs.toFixed(0)} ms, grew by ${grownMib.toFixed(0)} MiB`
  if (process.env.SHOW_COSTS !== undefined) process.stderr.write(`${what}\n`)
  assert.ok(deafMs <= MAX_DEAF_MS && grownMib <= maxGrownMib, what)
}

/** Repeats a text up to a number of bytes. */
function filled(part: string, bytes = BODY_BYTES): string {
  return part.repeat(Math.floor(bytes / part.length))
}

function listOf(item: (at: number) => string, items: number): string {
  return `[${Array.from({ length: items }, (_, at) => item(at)).join(',')}]`
}

function objectOf(value: (at: number) => string, members: number): string {
  return `{${Array.from({ length: members }, (_, at) => `"key${at}":${value(at)}`).join(',')}}`
}

/** Values that one body may have, and members of objects, less those around the value. */
const MOST_VALUES = 199_900
const MOST_MEMBERS = 39_900

/**
 * JSON values, each of them as the data of an `addDocument` and wherever else a client can put one. The first ones are far
 * too large and must be refused cheaply; the others are the most expensive ones that are accepted.
 */
const VALUES: readonly (readonly [what: string, value: () => string])[] = [
  ['millions of empty objects', () => `[${filled('{},')}{}]`],
  ['millions of empty lists', () => `[${filled('[],')}[]]`],
  ['millions of numbers', () => `[${filled('1,')}1]`],
  ['millions of empty strings', () => `[${filled('"",')}""]`],
  ['millions of open lists', () => filled('[')],
  ['millions of open objects', () => filled('{"a":')],
  ['deep lists that are closed', () => filled('[', BODY_BYTES / 2) + filled(']', BODY_BYTES / 2)],
  ['many lists that are deep', () => `[${filled(`${'['.repeat(90)}${']'.repeat(90)},`)}[]]`],
  ['a million different keys', () => objectOf(() => '1', 1_000_000)],
  ['a million times the same key', () => `{${filled('"a":1,')}"a":1}`],
  ['strings without anything between them', () => filled('""')],
  ['brackets that close nothing', () => filled(']}')],
  ['white space only', () => filled(' \n')],
  ['one long number', () => filled('1')],
  ['one word that is not JSON', () => filled('x')],
  ['one string of escaped quotes', () => `"${filled('\\"')}"`],
  ['one string of escaped backslashes', () => `"${filled('\\\\')}"`],
  ['one string of unicode escapes', () => `"${filled('\\u4e2d')}"`],
  ['one string of Chinese characters', () => `"${filled('中', BODY_BYTES / 3)}"`],
  ['one string that never ends', () => `"${filled('\\"')}`],
  ['a key of many megabytes', () => `{"${filled('k', BODY_BYTES / 2)}":1}`],
  [
    'keys of one kilobyte',
    () => `{${Array.from({ length: 15_000 }, (_, at) => `"${at}${'k'.repeat(1000)}":1`).join(',')}}`,
  ],
  ['as many empty objects as allowed', () => listOf(() => '{}', MOST_VALUES)],
  ['as many numbers as allowed', () => listOf(String, MOST_VALUES)],
  ['as many different keys as allowed', () => objectOf(() => '1', MOST_MEMBERS)],
  ['as many small objects as allowed', () => listOf((at) => `{"id":${at},"tags":[1]}`, MOST_MEMBERS / 2)],
  ['as many dates as allowed', () => listOf((at) => `{"$date":${at}}`, Math.floor(MOST_VALUES / 3))],
  [
    'deep lists, as many as allowed',
    () => listOf(() => `${'['.repeat(90)}${']'.repeat(90)}`, Math.floor(MOST_VALUES / 91)),
  ],
]

/** Where a client can put a value, and who sends it. Those for values of any size come first. */
const PLACES: readonly (readonly [where: string, send: (value: string) => Promise<unknown>])[] = [
  ['a body of a stranger', (value) => post('/web', value)],
  [
    'a document of a user',
    (value) =>
      post('/web', inAction('database.addDocument', `"access_token":"${person.accessToken}","data":{"v":${value}}`)),
  ],
  [
    'a query of a user',
    (value) =>
      post('/web', inAction('database.queryDocument', `"access_token":"${person.accessToken}","query":{"v":${value}}`)),
  ],
  ['a document of a stranger', (value) => post('/web', inAction('database.addDocument', `"data":{"v":${value}}`))],
  ['a login', (value) => post('/auth/v1/signin/anonymously', `{"x":${value}}`)],
]

function inAction(action: string, members: string): string {
  return `{"env":"${server.env}","action":"${action}","collectionName":"${COLLECTION}",${members}}`
}

function post(path: string, body: string | Buffer, headers = {}) {
  const query = path.startsWith('/auth') ? 'client_id' : 'env'
  return send(`${server.url}${path}?${query}=${server.env}`, { method: 'POST', body, headers })
}

/** The other places only take smaller values, or are like the first ones. */
const PLACES_FOR_LARGE = 2

describe('bodies', () => {
  for (const [what, value] of VALUES) {
    test(what, async () => {
      const text = value()
      const places = text.length > BODY_BYTES / 2 ? PLACES.slice(0, PLACES_FOR_LARGE) : PLACES
      for (const [where, sendIt] of places) {
        await affordable(() => sendIt(text)).catch((error: Error) => {
          throw new Error(`${where}: ${error.message}`)
        })
      }
    })
  }

  test('Extended JSON of an administrator: many strings that are each allowed', async () => {
    const data = Array.from({ length: 20 }, () => `{"v":[${filled('{},', 580_000)}{}]}`)
    const params = { collectionName: COLLECTION, data }
    await affordable(async () => {
      assert.equal((await actAsAdmin(server, key.apiKey, 'database.insertDocument', params)).code, 'INVALID_PARAM')
    })
  })

  for (const [what, bytes] of [
    ['gzip', () => gzipSync(Buffer.alloc(200_000_000))],
    ['deflate', () => deflateSync(Buffer.alloc(200_000_000))],
    ['bytes that are not UTF-8', () => Buffer.alloc(BODY_BYTES, 0xff)],
    ['zeros', () => Buffer.alloc(BODY_BYTES)],
  ] as const) {
    test(what, () => affordable(() => post('/web', bytes(), { 'content-encoding': what })))
  }

  test('chunks of one byte', async () => {
    const socket = await open('POST', '/web', 'Transfer-Encoding: chunked')
    await affordable(async () => {
      const chunks = Buffer.from('1\r\n \r\n'.repeat(200_000))
      await new Promise((done) => socket.write(chunks, done))
      socket.end('0\r\n\r\n')
      await once(socket, 'close')
    })
  })

  test('a body larger than the limit, without a length', async () => {
    const chunks = Array.from({ length: 60 }, () => Buffer.alloc(1024 * 1024, '['))
    await affordable(async () => {
      const { text } = await send(`${server.url}/web?env=${server.env}`, { method: 'POST', chunks })
      assert.match(text, /EXCEED_REQUEST_SIZE_LIMIT/)
    })
  })

  for (const authorization of [undefined, 'Bearer x', `Bearer cs_CS${'0'.repeat(24)}_${'x'.repeat(43)}`, signature()]) {
    test(`a large body to /admin with the header ${authorization?.slice(0, 20)} is refused before it is read`, async () => {
      const header = authorization === undefined ? '' : `Authorization: ${authorization}\r\n`
      const socket = await open('POST', '/admin', `${header}Content-Length: ${BODY_BYTES}`)
      await eventually('an answer', () => socket.answer().includes('INVALID_CREDENTIALS'))
      assert.match(socket.answer(), /^HTTP\/1\.1 200 /)
      socket.destroy()
    })
  }
})

/** A well-formed signature by a secretId that does not exist. */
function signature(): string {
  const credential = `CS${'0'.repeat(24)}/2026-01-01/tcb/tc3_request`
  const signed = 'SignedParams=action, SignedHeaders=content-type;host'
  return `TC3-HMAC-SHA256 Credential=${credential}, ${signed}, Signature=${'0'.repeat(64)}`
}

interface Talk extends Socket {
  /** What has been received. */
  answer(): string
}

/** Sends the head of a request. */
async function open(method: string, path: string, header: string): Promise<Talk> {
  let answer = ''
  const socket = connect(server.port, new URL(server.url).hostname)
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text
  })
  socket.on('error', () => {})
  after(() => socket.destroy())
  await once(socket, 'connect')
  socket.write(`${method} ${path}?env=${server.env} HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`)
  return Object.assign(socket, { answer: () => answer })
}

describe('connections', () => {
  const large = () =>
    actionBody(server, person, 'storage.getUploadMetadata', { path: 'a', filler: filled('x', 5_000_000) })
  const accepted = async () => {
    const { text } = await post('/web', large())
    return !text.includes('SERVER_BUSY')
  }

  test('large bodies that are announced and do not come shut nobody out', async () => {
    for (let at = 0; at < 20; at += 1) {
      await open('POST', '/web', at % 2 === 0 ? `Content-Length: ${BODY_BYTES}` : 'Transfer-Encoding: chunked')
    }
    await affordable(async () => assert.ok(await accepted()))
  })

  // It takes 10 seconds until the server knows that they do not come.
  test('large bodies whose end does not come shut nobody out for long, and administrators never', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 3 }, () => open('POST', '/web', `Content-Length: ${BODY_BYTES}`)),
    )
    const start = Buffer.from(`{"x":"${filled('x', BODY_BYTES - 1000)}`)
    await affordable(async () => {
      for (const socket of sockets) socket.write(start)
      await eventually('they have the room of strangers', async () => !(await accepted()))
      const { code } = await actAsAdmin(server, key.apiKey, 'storage.getUploadMetadata', {
        filler: filled('x', 1_000_000),
      })
      assert.notEqual(code, 'SERVER_BUSY')
      await eventually('they have lost it', accepted, 60_000)
    })
    for (const socket of sockets) socket.destroy()
  })

  test('answers that nobody reads do not pile up', async () => {
    for (let at = 0; at < 2; at += 1) {
      const data = { _id: `large${at}`, text: filled('x', BODY_BYTES - 4_000_000) }
      const { code } = await act(server, person, 'database.addDocument', { collectionName: COLLECTION, data })
      assert.equal(code, undefined)
    }
    const command = { _id: { $in: ['large0', 'large1'] } }
    const body = actionBody(server, person, 'database.queryDocument', { collectionName: COLLECTION, query: command })
    const read = async () => (await send(`${server.url}/web?env=${server.env}`, { method: 'POST', body })).body.length
    const length = await read()
    assert.ok(length > BODY_BYTES)
    const sockets: Socket[] = []
    await affordable(async () => {
      for (let at = 0; at < 24; at += 1) {
        const socket = connect(server.port, new URL(server.url).hostname).on('error', () => {})
        sockets.push(socket)
        socket.write(`POST /web?env=${server.env} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      }
      await Promise.all(sockets.map((socket) => once(socket, 'readable')))
    }, MAX_GROWN_BY_ANSWERS_MIB)
    // Administrators have a share of their own.
    const query = JSON.stringify({ _id: 'large0' })
    const params = { collectionName: COLLECTION, queryType: 'DOC', query }
    const { code } = await actAsAdmin(server, key.apiKey, 'database.getDocument', params)
    assert.equal(code, undefined)
    await eventually('a client that reads gets its answer', async () => (await read()) === length, 60_000)
    for (const socket of sockets) socket.destroy()
  })
})

/** Requests to the database whose work is out of proportion to their size. Add shapes here. */
const DATABASE_REQUESTS: readonly (readonly [what: string, action: string, params: () => object])[] = [
  [
    'a query of a thousand conditions',
    'database.queryDocument',
    () => ({ query: { $and: many(1000, (at) => ({ [`f${at}`]: at })) } }),
  ],
]

function many<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

describe('requests to the database', () => {
  for (const [what, action, params] of DATABASE_REQUESTS) {
    test(what, () => affordable(() => act(server, person, action, { collectionName: COLLECTION, ...params() })))
  }
})
