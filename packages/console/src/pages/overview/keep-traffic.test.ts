import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Traffic } from '@cloudstead/admin-api'
import { keepTraffic } from './keep-traffic.ts'

const traffic = (id: string, since: number): Traffic => ({
  server: { id, name: id, servers: 2 },
  stepSeconds: 60,
  since,
  points: [],
})
const shown = (kept: readonly Traffic[]) => kept.map(({ server, since }) => `${server.id}${since}`)

test('while two servers answer in turn, each keeps its place and its last answer', () => {
  const nodes = [{ id: 'a' }, { id: 'b' }]
  let kept: readonly Traffic[] = []
  for (let turn = 0; turn < 6; turn += 1) kept = keepTraffic(kept, traffic(turn % 2 === 0 ? 'b' : 'a', turn), nodes)
  assert.deepEqual(shown(kept), ['b4', 'a5'])
  // One ends; a new one, which the list of servers does not have yet, takes its place.
  assert.deepEqual(shown(keepTraffic(kept, traffic('c', 6), [{ id: 'a' }])), ['a5', 'c6'])
})
