import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { FunctionDefinition } from '../definition.ts'
import { definitionOf, directoryWith, put } from './function-files.fixture.ts'
import { type Instance, LoadError, startInstance } from './instance.ts'
import { createPool, type Pool } from './pool.ts'

const WAITS = `exports.main = async ({ ms }) => { await new Promise((done) => setTimeout(done, ms)); return process.pid }`

/** A pool of the function `fn` with this code. */
function poolOf(t: TestContext, code: string, changes: Partial<FunctionDefinition> = {}, maxIdle = 100) {
  const directory = directoryWith(t, { 'fn/index.js': code })
  const functions = new Map([['fn', definitionOf(directory, 'fn', changes)]])
  let started = 0
  let time = Date.now()
  const pool = createPool({
    find: (name) => functions.get(name),
    now: () => time,
    maxIdle,
    start(definition) {
      started++
      return startInstance({
        env: 'demo-1abcde',
        definition,
        environment: { PATH: process.env.PATH ?? '' },
        scratch: directory,
        detours: [],
        line() {},
        started() {},
        ended() {},
      })
    },
  })
  t.after(() => pool.close())
  return {
    pool,
    directory,
    functions,
    started: () => started,
    later(ms: number) {
      time += ms
    },
  }
}

/** Runs one call and returns the process that ran it. */
async function call(pool: Pool, event: unknown): Promise<number | undefined> {
  const { instance } = await pool.acquire('fn')
  const end = await instance.call({ event: JSON.stringify(event), requestId: 'r1', variables: {} }).outcome
  pool.release(instance)
  return end.type === 'result' ? Number(end.result) : undefined
}

test('calls that overlap have a process each, up to the limit; calls in turn share one', async (t) => {
  const { pool, started } = poolOf(t, WAITS, { maxInstances: 3 })
  const first = await call(pool, { ms: 0 })
  assert.equal(await call(pool, { ms: 0 }), first)
  assert.equal(started(), 1)
  const pids = await Promise.all(Array.from({ length: 30 }, () => call(pool, { ms: 20 })))
  assert.ok(pids.every((pid) => pid !== undefined))
  assert.ok(started() <= 3 && new Set(pids).size <= 3, String(started()))
})

test('a call that waits too long for a busy instance is refused, and the next one is served', async (t) => {
  const { pool } = poolOf(t, WAITS, { maxInstances: 1, timeoutMs: 400 })
  const { instance } = await pool.acquire('fn')
  await assert.rejects(pool.acquire('fn'), { code: 'EXCEED_CONCURRENT_REQUEST_LIMIT' })
  const waiting = call(pool, { ms: 0 })
  pool.release(instance)
  assert.equal(await waiting, instance.pid)
})

test('whoever waits longest is served first, and whoever would wait behind a thousand others is refused at once', async (t) => {
  const { pool } = poolOf(t, WAITS, { maxInstances: 1 })
  const { instance } = await pool.acquire('fn')
  const order: number[] = []
  const waiting = Array.from({ length: 1000 }, async (_, n) => {
    const taken = await pool.acquire('fn')
    order.push(n)
    pool.release(taken.instance)
  })
  await assert.rejects(pool.acquire('fn'), { code: 'EXCEED_CONCURRENT_REQUEST_LIMIT' })
  pool.release(instance)
  await Promise.all(waiting)
  assert.deepEqual(
    order,
    Array.from({ length: 1000 }, (_, n) => n),
  )
  assert.ok((await call(pool, { ms: 0 })) !== undefined)
})

test('of too many instances that nobody calls, those end that were not called for longest', async (t) => {
  const { pool } = poolOf(t, WAITS, {}, 2)
  const taken = [await pool.acquire('fn'), await pool.acquire('fn'), await pool.acquire('fn'), await pool.acquire('fn')]
  const [first, second] = taken
  for (const { instance } of taken) pool.release(instance)
  assert.equal(pool.list().length, 2)
  assert.deepEqual([first?.instance.alive, second?.instance.alive], [false, false])
})

test('a function that does not load fails all calls that wait for it, and works when it is mended', async (t) => {
  const { pool, directory, functions, started } = poolOf(t, 'throw new Error("broken")', { maxInstances: 2 })
  const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => pool.acquire('fn')))
  assert.ok(attempts.every((one) => one.status === 'rejected' && one.reason instanceof LoadError))
  assert.ok(started() <= 4, String(started()))
  put(directory, 'fn/index.js', WAITS)
  functions.set('fn', definitionOf(directory, 'fn', { version: '2' }))
  assert.ok((await call(pool, { ms: 0 })) !== undefined)
})

test('a change of a file or of the definition is live at the next call; a busy instance ends its call first', async (t) => {
  const { pool, directory, functions } = poolOf(t, WAITS)
  const busy = call(pool, { ms: 300 })
  const pid = await call(pool, { ms: 0 })
  put(directory, 'fn/index.js', `${WAITS} // changed`)
  const afterEdit = await call(pool, { ms: 0 })
  assert.notEqual(afterEdit, pid)
  functions.set('fn', definitionOf(directory, 'fn', { version: '2', env: { A: '1' } }))
  assert.notEqual(await call(pool, { ms: 0 }), afterEdit)
  const former = await busy
  assert.ok(former !== undefined)
  assert.ok(!pool.list('fn').some((instance) => instance.pid === former && instance.busy))
})

test('a process that has died is replaced', async (t) => {
  const { pool } = poolOf(t, `exports.main = async ({ die }) => die ? process.exit(1) : process.pid`)
  const pid = await call(pool, {})
  assert.equal(await call(pool, { die: true }), undefined)
  const next = await call(pool, {})
  assert.ok(next !== undefined && next !== pid)
})

test('a function that is removed fails calls that wait, and its instances end', async (t) => {
  const { pool, functions, directory } = poolOf(t, WAITS, { maxInstances: 1 })
  const { instance } = await pool.acquire('fn')
  const waiting = assert.rejects(pool.acquire('fn'), { code: 'FUNCTION_NOT_FOUND' })
  functions.clear()
  rmSync(`${directory}/fn`, { recursive: true })
  pool.release(instance)
  await waiting
  await ended(instance)
})

test('an instance that nobody calls is ended after its time', async (t) => {
  const { pool, later } = poolOf(t, WAITS, { idleMs: 60_000 })
  const { instance } = await pool.acquire('fn')
  pool.release(instance)
  later(61_000)
  await ended(instance)
  assert.deepEqual(pool.list(), [])
})

async function ended(instance: Instance): Promise<void> {
  while (instance.alive) await setTimeout(20)
}
