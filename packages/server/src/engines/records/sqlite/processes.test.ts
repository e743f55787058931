/**
 * Several processes on one file, and a process that is killed. This file is also what those processes run: with a task
 * and a database file as its arguments.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { done, entry, getOne, put, remove } from '../records.fixture.ts'
import type { Records } from '../records.ts'
import { openSqliteRecords } from './sqlite-records.ts'
import { verifySqliteRecords } from './verify.ts'

const INCREMENTS = 60
const COUNTER = { space: 'counters', id: 'one' }

/** Counts up a shared counter, and inserts a record with a unique entry for each number it was the one to reach. */
async function count(path: string): Promise<void> {
  const records = await openSqliteRecords({ file: path })
  for (let step = 0; step < INCREMENTS; ) {
    const seen = await getOne(records, COUNTER)
    const value = String(Number(seen?.value ?? 0) + 1)
    const result = await records.commit(
      [put(COUNTER.space, COUNTER.id, value), put('reached', value, String(process.pid), [entry('by', value, true)])],
      [{ ...COUNTER, version: seen?.version ?? null }],
    )
    if (result.done) step += 1
  }
  await records.close()
}

/** The two records that one commit writes; the value tells whether it is whole. */
const halves = (id: string) =>
  ['left', 'right'].map((side) => put(side, id, `${id} `.repeat(500), [entry('id', id, true)]))

/** Commits until it is killed, and says on stdout what was acknowledged. */
async function writeForEver(path: string): Promise<void> {
  const records = await openSqliteRecords({ file: path })
  const acknowledge = (line: string) => writeSync(1, `${line}\n`)
  const loop = async (lane: number): Promise<void> => {
    for (let step = 0; ; step++) {
      const id = `${process.pid}-${lane}-${step}`
      await done(records.commit(halves(id)))
      acknowledge(`put ${id}`)
      if (step % 3 === 2) {
        const former = `${process.pid}-${lane}-${step - 1}`
        await done(records.commit([remove('left', former), remove('right', former)]))
        acknowledge(`delete ${former}`)
      }
    }
  }
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(loop))
}

function tests(): void {
  describe('several processes', () => {
    test('open a new file and commit at once, and none loses a write', () =>
      inFolder(async (path) => {
        const records = await openSqliteRecords({ file: path })
        const spaces = [COUNTER.space, 'reached']
        const { next } = await records.changes({ spaces, limit: 1 })
        const children = [1, 2, 3].map(() => run('count', path))
        const exits = await Promise.all(children.map((child) => once(child, 'exit')))
        for (const exit of exits) assert.deepEqual(exit, [0, null])
        const total = children.length * INCREMENTS
        assert.equal((await getOne(records, COUNTER))?.value, String(total))
        assert.equal(await records.count('reached'), total)
        const { changes } = await records.changes({ spaces, after: next, limit: total * 3 })
        assert.equal(changes.length, total * 2)
        await records.close()
        assertSound(path)
      }))

    test('a process sees what another one committed a moment ago', () =>
      inFolder(async (path) => {
        const [here, there] = await Promise.all([openSqliteRecords({ file: path }), openSqliteRecords({ file: path })])
        for (let step = 0; step < 30; step++) {
          await done(here.commit([put('s', 'a', String(step))]))
          assert.equal((await getOne(there, { space: 's', id: 'a' }))?.value, String(step))
        }
        await Promise.all([here.close(), there.close()])
      }))
  })

  describe('kill -9', () => {
    test('what was acknowledged is there, whole, and nothing is there by half', () =>
      inFolder(async (path) => {
        for (let round = 0; round < 5; round++) {
          const acknowledged = await writeUntilKilled(path)
          const records = await openSqliteRecords({ file: path })
          await assertKept(records, acknowledged)
          await records.close()
          assertSound(path)
        }
      }))
  })
}

/** Lets a process write, kills it at a random moment, and returns what it had been told is durable. */
async function writeUntilKilled(path: string): Promise<string[]> {
  const child = run('write', path)
  const lines: string[] = []
  assert.ok(child.stdout)
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line))
  const ended = once(output, 'close')
  await Promise.race([once(output, 'line'), ended])
  await wait(Math.random() * 150)
  child.kill('SIGKILL')
  await ended
  return lines
}

async function assertKept(records: Records, acknowledged: readonly string[]): Promise<void> {
  const deleted = new Set(acknowledged.filter((line) => line.startsWith('delete ')).map((line) => line.slice(7)))
  const puts = acknowledged.filter((line) => line.startsWith('put ')).map((line) => line.slice(4))
  assert.ok(puts.length > 0)
  const left = await values(records, 'left')
  const right = await values(records, 'right')
  assert.deepEqual(right, left)
  for (const [id, value] of left) assert.equal(value, halves(id)[0]?.value)
  for (const id of deleted) assert.ok(!left.has(id), `${id} was deleted`)
  // A delete that was under way when the process died may or may not have happened: one per lane at most.
  const missing = puts.filter((id) => !deleted.has(id) && !left.has(id))
  const last = new Set(missing.map((id) => id.split('-')[1]))
  assert.equal(missing.length, last.size)
  for (const id of missing) assert.equal(Number(id.split('-')[2]) % 3, 1, `${id} was acknowledged and is lost`)
}

async function values(records: Records, space: string): Promise<Map<string, string>> {
  const { records: found } = await records.find({ space, limit: 1_000_000 })
  return new Map(found.map(({ id, value }) => [id, value]))
}

function assertSound(path: string): void {
  const { strayEntries, missingEntries, damage } = verifySqliteRecords(path)
  assert.deepEqual({ strayEntries, missingEntries, damage }, { strayEntries: [], missingEntries: [], damage: [] })
}

function run(name: string, path: string): ChildProcess {
  const options = process.execArgv.filter((option) => !option.startsWith('--test'))
  return spawn(process.execPath, [...options, import.meta.filename, name, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  })
}

async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'records-'))
  try {
    await body(join(folder, 'records.db'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const [task, file = ''] = process.argv.slice(2)
if (task === 'count') await count(file)
else if (task === 'write') await writeForEver(file)
else tests()
