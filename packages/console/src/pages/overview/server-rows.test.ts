import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerNode } from '@cloudstead/admin-api'
import { serverRows } from './server-rows.ts'

const node = (more: Partial<ServerNode>): ServerNode => ({
  id: 'a',
  name: 'a:1',
  version: '1.0.0',
  startedAt: 0,
  seenAt: 100_000,
  isDraining: false,
  configHash: '',
  load: { requests: 0, processors: 0, memory: 0 },
  clockOffsetMs: 0,
  ...more,
})
const rows = (...nodes: readonly Partial<ServerNode>[]) => serverRows({ nodes: nodes.map(node), now: 110_000 })

test('the order is the same whichever server answers', () => {
  const [a, b, c] = [{ name: 'a:1' }, { name: 'b:1', startedAt: 5 }, { name: 'c:1' }]
  const shown = (...nodes: readonly Partial<ServerNode>[]) =>
    rows(...nodes).map(({ name, answers }) => name + (answers ? ' answers' : ''))
  assert.deepEqual(shown(a, b, c), ['a:1 answers', 'c:1', 'b:1'])
  assert.deepEqual(shown(b, c, a), ['a:1', 'c:1', 'b:1 answers'])
})

test('a server serves, is stopping, or has not been heard of', () => {
  const states = rows({}, { isDraining: true }, { seenAt: 84_000, isDraining: true }).map(({ state }) => state)
  assert.deepEqual(states, ['serving', 'stopping', 'silent'])
})

test('clocks are off above one second and wrong above five, in both directions', () => {
  const clocks = [0, 1_000, -1_001, 5_000, -5_001].map((clockOffsetMs) => rows({ clockOffsetMs })[0]?.clock)
  assert.deepEqual(clocks, ['right', 'right', 'off', 'off', 'wrong'])
})

test('versions are marked only if they differ', () => {
  assert.ok(rows({}, { name: 'b:1' }).every(({ differs }) => !differs))
  assert.ok(rows({}, { version: '1.0.1' }).every(({ differs }) => differs))
})
