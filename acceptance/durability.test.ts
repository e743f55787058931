/**
 * The server is killed under load, repeatedly: acknowledged data is complete afterwards, other data is complete or absent, and
 * nothing else is left on disk. For a longer run by hand:
 *
 *     CLOUDSTEAD_KILLS=200 node --conditions=@cloudstead/source --test acceptance/durability.test.ts
 */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { createTicket } from './support/clients.ts'
import { blobFiles } from './support/data-dir.ts'
import { ENV, type LoginKey, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { act, loginWithTicket, newPerson, own, type Person, send, stored, uploadUrl } from './support/wire.ts'

const KILLS = Number(process.env.CLOUDSTEAD_KILLS ?? 4)
/** How long the load runs before a kill; varied, so that kills hit every moment of a write. */
const MIN_LOAD_MS = 150
const MORE_LOAD_MS = 500
const UPLOADERS = 6
const WRITERS = 4
/** Number of paths per uploader; few, so that overwrites are killed too. */
const PATHS = 7
const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { orders: {} } } }

const sha = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

/** True if the server is gone, so that the outcome of the request is unknown. Other errors fail the test. */
function hungUp(error: NodeJS.ErrnoException): false {
  if (!['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(error.code ?? '')) throw error
  return false
}

/** The state of one name: the last acknowledged version, and those sent after it. */
class Ledger {
  readonly acknowledged = new Map<string, string>()
  readonly pending = new Map<string, string[]>()
  count = 0

  async write(name: string, version: string, send: () => Promise<boolean>): Promise<boolean> {
    this.pending.set(name, [...(this.pending.get(name) ?? []), version])
    const done = await send().catch(hungUp)
    if (done) {
      this.acknowledged.set(name, version)
      this.pending.delete(name)
      this.count += 1
    }
    return done
  }

  /** Asserts that the found version, or none, is a valid one. */
  check(name: string, found: string | undefined): void {
    const last = this.acknowledged.get(name)
    const allowed = [last, ...(this.pending.get(name) ?? [])]
    assert.ok(allowed.includes(found), `${name}: found ${found}, acknowledged ${last}, pending ${allowed.slice(1)}`)
    // From now on this is the stored version, acknowledged or not.
    this.pending.delete(name)
    if (found !== undefined) this.acknowledged.set(name, found)
  }

  names(): readonly string[] {
    return [...new Set([...this.acknowledged.keys(), ...this.pending.keys()])]
  }
}

function multipart(bytes: Buffer) {
  const head = '--cut\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--cut--\r\n')])
  return { method: 'POST', body, headers: { 'content-type': 'multipart/form-data; boundary=cut' } }
}

const SIZES = [0, 1, 900, 40_000, 200_000, 1_500_000]

/** Uploads until the server is gone: PUT, form and chunks in turn, new names and overwrites. */
async function uploader(server: RunningServer, person: Person, name: string, files: Ledger): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const path = own(person, `${name}/${turn % PATHS}.bin`)
    const size = SIZES[Math.floor(Math.random() * SIZES.length)] ?? 0
    const bytes = randomBytes(size)
    const shape = turn % 3
    const sending =
      shape === 0
        ? { method: 'PUT', body: bytes }
        : shape === 1
          ? multipart(bytes)
          : {
              method: 'PUT',
              chunks: [bytes.subarray(0, size / 2), bytes.subarray(size / 2)].filter((part) => part.length > 0),
              headers: { 'transfer-encoding': 'chunked' },
            }
    const url = await uploadUrl(server, person, path).catch(hungUp)
    if (url === false) return
    const done = await files.write(path, sha(bytes), async () => {
      const { status, text } = await send(url, sending)
      assert.ok(status === 200 || status === 201, text)
      return true
    })
    if (!done) return
  }
}

/** Adds documents and increments a counter until the server is gone. */
async function writer(server: RunningServer, person: Person, name: string, documents: Ledger): Promise<void> {
  const collectionName = 'orders'
  for (let turn = 0; ; turn += 1) {
    const value = `${name}-${turn}`
    const added = await documents.write(value, value, async () => {
      const reply = await act(server, person, 'database.addDocument', { collectionName, data: { _id: value, value } })
      assert.equal(reply.code, undefined, reply.message)
      return true
    })
    const query = { _id: `counter-${name}` }
    const counted = await documents.write(`counter-${name}`, value, async () => {
      const params = { collectionName, query, data: { value }, merge: false, multi: false, upsert: true }
      const { code, message } = await act(server, person, 'database.updateDocument', params)
      assert.equal(code, undefined, message)
      return true
    })
    if (!added || !counted) return
  }
}

async function checkFiles(server: RunningServer, person: Person, files: Ledger): Promise<void> {
  let present = 0
  for (const path of files.names()) {
    const found = await stored(server, person, path)
    assert.ok(typeof found !== 'string' || found === 'STORAGE_FILE_NONEXIST', `${path}: ${found}`)
    if (typeof found !== 'string') present += 1
    files.check(path, typeof found === 'string' ? undefined : sha(found))
  }
  await eventually(
    `as many blobs as files: ${present}`,
    async () => (await blobFiles(server.dataDir)).length === present,
  )
}

async function checkDocuments(server: RunningServer, person: Person, documents: Ledger): Promise<void> {
  const names = documents.names()
  for (let at = 0; at < names.length; at += 500) {
    const some = names.slice(at, at + 500)
    const params = { collectionName: 'orders', query: { _id: { $in: some } }, limit: 1000 }
    const { data, code, message } = await act(server, person, 'database.queryDocument', params)
    assert.equal(code, undefined, message)
    const found = new Map((data.list as { _id: string; value: string }[]).map(({ _id, value }) => [_id, value]))
    for (const name of some) documents.check(name, found.get(name))
  }
  const { data } = await act(server, person, 'database.countDocument', { collectionName: 'orders', query: {} })
  assert.equal(data.total, documents.acknowledged.size, 'no unknown documents')
}

/** Logins, sessions and keys are unchanged. */
async function checkLogins(server: RunningServer, person: Person, key: LoginKey): Promise<void> {
  const again = await loginWithTicket(server, createTicket(key, 'durable'))
  assert.equal(again.uid, person.uid, 'the uid of a user never changes')
}

test(`killed ${KILLS} times under load: nothing acknowledged is lost, nothing is incomplete, nothing is left over`, async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-durability-'))
  const files = new Ledger()
  const documents = new Ledger()
  let server = await startServer({ dataDir, config: CONFIG })
  try {
    const key = await server.loginKey()
    const person = await loginWithTicket(server, createTicket(key, 'durable'))
    const other = await newPerson(server)
    const secrets = await readFile(join(dataDir, ENV, 'secrets.json'), 'utf8')
    // On a busy machine the first kill may come before any upload has begun.
    const first = own(person, 'first.bin')
    await files.write(first, sha('first'), async () => {
      const { status } = await send(await uploadUrl(server, person, first), { method: 'PUT', body: 'first' })
      return status === 200
    })
    for (let round = 0; round < KILLS; round += 1) {
      const running = server
      const load = [
        ...Array.from({ length: UPLOADERS }, (_, at) => uploader(running, person, `u${at}`, files)),
        ...Array.from({ length: WRITERS }, (_, at) => writer(running, person, `r${round}w${at}`, documents)),
      ]
      await new Promise((resolve) => setTimeout(resolve, MIN_LOAD_MS + Math.random() * MORE_LOAD_MS))
      await running.kill()
      await Promise.all(load)

      server = await startServer({ dataDir, config: CONFIG })
      await checkFiles(server, person, files)
      await checkDocuments(server, person, documents)
      await checkLogins(server, person, key)
      const [path = ''] = files.names()
      assert.equal(await stored(server, other, path), 'STORAGE_EXCEED_AUTHORITY', 'the rules still apply')
    }
    assert.equal(await readFile(join(dataDir, ENV, 'secrets.json'), 'utf8'), secrets)
    assert.ok(files.count > KILLS && documents.count > KILLS, 'there was load')
    t.diagnostic(`${files.count} uploads and ${documents.count} document writes were acknowledged`)
  } finally {
    assert.equal(await server.stop(), 0)
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('bytes that a crash left without a file are removed soon after the next start, and nothing else', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-orphans-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  let server = await startServer({ dataDir, config: CONFIG })
  const person = await newPerson(server)
  const path = own(person, 'kept.bin')
  // So large that it is a file of its own.
  const bytes = randomBytes(300_000)
  const url = await uploadUrl(server, person, path)
  assert.equal((await send(url, { method: 'PUT', body: bytes })).status, 200)
  await server.kill()

  // As a kill leaves them: one after its bytes were stored and before its file was, one in the middle of its bytes.
  const [blob = ''] = await blobFiles(dataDir)
  await copyFile(blob, `${blob}z`)
  await copyFile(blob, join(dirname(blob), '..', '..', 'tmp', basename(blob).replace(/^[^-]*-/, '')))
  assert.equal((await blobFiles(dataDir)).length, 3)

  server = await startServer({ dataDir, config: CONFIG })
  try {
    await eventually('only the blob of the file', async () => (await blobFiles(dataDir)).length === 1)
    assert.deepEqual(await blobFiles(dataDir), [blob])
    assert.ok(bytes.equals((await stored(server, person, path)) as Buffer))
  } finally {
    assert.equal(await server.stop(), 0)
  }
})
