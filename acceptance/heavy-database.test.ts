/** One request must not keep the server busy: others are answered meanwhile, and the memory stays small. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { openStage, type Stage } from './support/databases.ts'
import { DOCUMENTS, HEAVY_REQUESTS, type HeavyRequest, heavyDocument } from './support/heavy-database-requests.ts'
import { ENV } from './support/server.ts'

const MIB = 1024 * 1024
/** Clock ticks per second of /proc/PID/stat, on every Linux. */
const TICKS = 100
/**
 * Processor time that the server may use between two answers to a small request, in seconds: 0.3 for the request, and as
 * much for reading its documents, for garbage and for the ticks of the clock.
 */
const MAX_STRETCH = 0.6
const MAX_GROWTH = 150 * MIB

let stage: Stage
let token: string

before(async () => {
  stage = await openStage({ config: { database: { collections: { heavy: { acl: { read: true, write: true } } } } } })
  for (let n = 0; n < DOCUMENTS; n += 1) await stage.admin.collection('heavy').add({ ...heavyDocument(n) })
  const response = await fetch(`${stage.server.url}/auth/v1/signin/anonymously?client_id=${ENV}`, {
    method: 'POST',
    body: '{}',
  })
  token = ((await response.json()) as { access_token: string }).access_token
})
after(() => stage.close())

/** The processor time of the server in seconds. */
async function processorTime(): Promise<number> {
  const stat = await readFile(`/proc/${stage.server.pid}/stat`, 'utf8')
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) / TICKS
}

async function memory(): Promise<number> {
  const status = await readFile(`/proc/${stage.server.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

async function send({ action, params }: HeavyRequest): Promise<{ readonly code?: string }> {
  const response = await fetch(`${stage.server.url}/web?env=${ENV}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      action,
      env: ENV,
      dataVersion: '2020-01-10',
      access_token: token,
      collectionName: 'heavy',
      ...params,
    }),
  })
  return (await response.json()) as { readonly code?: string }
}

/** The longest processor time between two answers of the server to a small request, while the work runs. */
async function longestStretch(work: Promise<unknown>): Promise<number> {
  let running = true
  const done = work.finally(() => {
    running = false
  })
  let longest = 0
  let last = await processorTime()
  while (running) {
    await (await fetch(`${stage.server.url}/health`)).arrayBuffer()
    const now = await processorTime()
    longest = Math.max(longest, now - last)
    last = now
  }
  await done
  return longest
}

for (const request of HEAVY_REQUESTS) {
  test(`others are answered during ${request.what}`, async () => {
    const before = await memory()
    const answer = send(request)
    const stretch = await longestStretch(answer)
    const { code = 'accepted' } = await answer
    assert.match(code, /^(?:accepted|INVALID_PARAM|DATABASE_REQUEST_FAILED|EXCEED_MAX_RESPONSE_SIZE)$/)
    assert.ok(stretch < MAX_STRETCH, `${stretch.toFixed(2)} s of processor time at once (${code})`)
    const growth = (await memory()) - before
    assert.ok(growth < MAX_GROWTH, `the server grew by ${Math.round(growth / MIB)} MB (${code})`)
  })
}
