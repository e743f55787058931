/** Uploads, documents and increments through some servers at once, and what must be true of them afterwards. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from './until.ts'
import { act, own, type Person, send, stored, uploadUrl } from './wire.ts'

/** A server, or what stands before some. */
interface LoadTarget {
  readonly url: string
  readonly env: string
}

/** A call without the wanted answer. */
interface Failure {
  /** The URL of the target. */
  readonly target: string
  readonly reason: string
}

export interface LoadOptions {
  readonly targets: readonly LoadTarget[]
  readonly who: Person
  /** The collection, in which this person may do everything. */
  readonly collection: string
}

export interface Load {
  /** The calls that have succeeded so far. */
  readonly count: number
  readonly failures: readonly Failure[]
  /** The longest time of a successful call at this target since `forget`, in ms; calls that are under way count. */
  longestMs(target: LoadTarget): number
  /** Begins the measuring of times anew. */
  forget(): void
  /** Resolves after that many more successful calls. */
  more(calls: number): Promise<void>
  /** Sends no more to this target. */
  leave(target: LoadTarget): void
  /** Ends it, and waits for the calls that are under way. */
  stop(): Promise<void>
  /** Nothing that was acknowledged is lost, and nothing is there in part. */
  check(target: LoadTarget): Promise<void>
}

const CLIENTS_PER_TARGET = 3
const SIZES = [0, 1, 900, 20_000, 300_000]
/** After a failure, so that a server that is gone costs little. */
const PAUSE_MS = 50
/** Names in one query. */
const PAGE = 200

interface Written {
  readonly name: string
  readonly hash: string
  acknowledged: boolean
}

/** Starts it; it ends with the test at the latest. */
export async function startLoad(
  t: TestContext,
  { targets, who, collection: collectionName }: LoadOptions,
): Promise<Load> {
  const counter = randomBytes(8).toString('hex')
  const files: Written[] = []
  const documents: Written[] = []
  const failures: Failure[] = []
  const left = new Set<string>()
  const longest = new Map<string, number>()
  const underWay = new Map<object, { readonly target: string; readonly since: number }>()
  let count = 0
  let increments = 0
  let unknownIncrements = 0
  let isRunning = true

  async function timed(target: LoadTarget, work: () => Promise<void>): Promise<boolean> {
    const call = {}
    const since = performance.now()
    underWay.set(call, { target: target.url, since })
    try {
      await work()
      count += 1
      const from = underWay.get(call)?.since ?? since
      longest.set(target.url, Math.max(longest.get(target.url) ?? 0, performance.now() - from))
      return true
    } catch (error) {
      failures.push({ target: target.url, reason: String(error) })
      await delay(PAUSE_MS)
      return false
    } finally {
      underWay.delete(call)
    }
  }

  async function succeeds(target: LoadTarget, action: string, params: object): Promise<void> {
    const { code, message } = await act(target, who, action, { collectionName, ...params })
    if (code !== undefined) throw new Error(`${action}: ${code} ${message}`)
  }

  async function putFile(target: LoadTarget): Promise<void> {
    const bytes = randomBytes(SIZES[Math.floor(Math.random() * SIZES.length)] ?? 0)
    const file = { name: own(who, `${randomBytes(8).toString('hex')}.bin`), hash: hashOf(bytes), acknowledged: false }
    files.push(file)
    file.acknowledged = await timed(target, async () => {
      const { status, text } = await send(await uploadUrl(target, who, file.name), { method: 'PUT', body: bytes })
      if (status !== 200) throw new Error(`upload: ${status} ${text}`)
    })
  }

  async function addDocument(target: LoadTarget): Promise<void> {
    const name = randomBytes(8).toString('hex')
    const document = { name, hash: hashOf(name), acknowledged: false }
    documents.push(document)
    const data = { _id: name, first: document.hash, last: document.hash }
    document.acknowledged = await timed(target, () => succeeds(target, 'database.addDocument', { data }))
  }

  async function increment(target: LoadTarget): Promise<void> {
    const params = { query: { _id: counter }, data: { $inc: { n: 1 } }, merge: true, multi: false, upsert: false }
    if (await timed(target, () => succeeds(target, 'database.updateDocument', params))) increments += 1
    else unknownIncrements += 1
  }

  async function client(target: LoadTarget, first: number): Promise<void> {
    const steps = [putFile, addDocument, increment]
    for (let turn = first; isRunning && !left.has(target.url); turn += 1) await steps[turn % steps.length]?.(target)
  }

  const [first] = targets
  assert.ok(first)
  await succeeds(first, 'database.addDocument', { data: { _id: counter, n: 0 } })
  const clients = targets.flatMap((target) => Array.from({ length: CLIENTS_PER_TARGET }, (_, at) => client(target, at)))

  async function stop(): Promise<void> {
    isRunning = false
    await Promise.all(clients)
  }
  t.after(stop)

  async function checkFiles(target: LoadTarget): Promise<void> {
    for (const { name, hash, acknowledged } of files) {
      const found = await stored(target, who, name)
      if (typeof found === 'string') assert.ok(!acknowledged && found === 'STORAGE_FILE_NONEXIST', `${name}: ${found}`)
      else assert.equal(hashOf(found), hash, name)
    }
  }

  async function checkDocuments(target: LoadTarget): Promise<void> {
    for (let at = 0; at < documents.length; at += PAGE) {
      const some = documents.slice(at, at + PAGE)
      const query = { _id: { $in: some.map(({ name }) => name) } }
      const params = { collectionName, query, limit: PAGE }
      const { data, code, message } = await act(target, who, 'database.queryDocument', params)
      assert.equal(code, undefined, message)
      const list = data.list as { _id: string; first: string; last: string }[]
      const found = new Map(list.map((document) => [document._id, document]))
      for (const { name, hash, acknowledged } of some) {
        const document = found.get(name)
        if (document === undefined) assert.ok(!acknowledged, `the document ${name} is lost`)
        else assert.deepEqual([document.first, document.last], [hash, hash])
      }
    }
  }

  async function checkCounter(target: LoadTarget): Promise<void> {
    const params = { collectionName, query: { _id: counter }, limit: 1 }
    const { data } = await act(target, who, 'database.queryDocument', params)
    const n = data.list[0].n as number
    const most = increments + unknownIncrements
    assert.ok(n >= increments && n <= most, `the counter is ${n}; at least ${increments} and at most ${most}`)
  }

  return {
    get count() {
      return count
    },
    failures,
    longestMs({ url }) {
      const now = performance.now()
      const waiting = [...underWay.values()].filter(({ target }) => target === url).map(({ since }) => now - since)
      return Math.max(longest.get(url) ?? 0, ...waiting)
    },
    forget() {
      longest.clear()
      const since = performance.now()
      for (const [call, { target }] of underWay) underWay.set(call, { target, since })
    },
    async more(calls) {
      const wanted = count + calls
      await eventually(`${calls} more calls`, () => count >= wanted, 30_000)
    },
    leave({ url }) {
      left.add(url)
    },
    stop,
    async check(target) {
      await checkFiles(target)
      await checkDocuments(target)
      await checkCounter(target)
    },
  }
}

function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
