import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Overview, ServerNode } from '@cloudstead/admin-api'
import { keepReports, stateOf, troublesOf } from './reports.ts'

const node = (name: string) => ({ id: name, name }) as ServerNode
/** The overview that the first of these servers answers. */
const overview = (names: string, now: number, problems: Overview['problems'] = [], state: Overview['state'] = 'ok') =>
  ({ nodes: [...names].map(node), now, problems, state }) as unknown as Overview

test('what a server reports stays while others answer, until it reports better or has ended', () => {
  let reports = keepReports([], overview('ab', 0, ['blobs'], 'degraded'))
  for (let turn = 1; turn < 5; turn += 1) reports = keepReports(reports, overview('ba', turn))
  assert.deepEqual([stateOf(reports), troublesOf(reports)], ['degraded', [{ kind: 'blobs', names: ['a'] }]])
  assert.deepEqual(troublesOf(keepReports(reports, overview('ab', 5))), [])
  assert.deepEqual(troublesOf(keepReports(reports, overview('b', 5))), [])
  assert.deepEqual(troublesOf(keepReports(reports, overview('ba', 60_000))), [])
})

test('the worst state counts, and a problem of several servers is told once', () => {
  let reports = keepReports([], overview('bac', 0, ['blobs', 'clock'], 'degraded'))
  reports = keepReports(reports, overview('abc', 1, ['blobs'], 'degraded'))
  reports = keepReports(reports, overview('cab', 2, [], 'draining'))
  assert.equal(stateOf(reports), 'degraded')
  assert.deepEqual(troublesOf(reports), [
    { kind: 'blobs', names: ['a', 'b'] },
    { kind: 'draining', names: ['c'] },
  ])
  assert.equal(stateOf(keepReports(reports, overview('abc', 3, ['records'], 'failing'))), 'failing')
  assert.equal(stateOf([]), 'ok')
})
