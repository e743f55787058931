import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnsweringServer } from '@cloudstead/admin-api'
import { keepServer, mergeDenials } from './merge-denials.ts'
import type { ShownDenial } from './poll-denials.ts'

const server = (id: string, servers = 2): AnsweringServer => ({ id, name: id, servers })
const denial = (id: string, at: number, count = 1): ShownDenial => ({
  id,
  at,
  count,
  requestId: `r${at}`,
  code: 'STORAGE_EXCEED_AUTHORITY',
  caller: null,
  reason: '',
  server: server('a'),
})
const ids = (items: readonly ShownDenial[]) => items.map(({ id, count }) => `${id}${count}`)

test('new denials come first, and repeated denials move to the front', () => {
  const shown = [denial('c', 3), denial('b', 2), denial('a', 1)]
  const { rows, news } = mergeDenials(shown, [denial('d', 5), denial('b', 4, 2), denial('c', 3)])
  assert.deepEqual([ids(rows), news], [['d1', 'b2', 'c1', 'a1'], 2])
})

test('without new denials the list stays the same object', () => {
  const shown = [denial('b', 2), denial('a', 1)]
  assert.equal(mergeDenials(shown, []).rows, shown)
  assert.equal(mergeDenials(shown, [denial('b', 2)]).rows, shown)
})

test('a lower count is new, because the server had dropped the old denial', () => {
  const { rows, news } = mergeDenials([denial('a', 1, 7)], [denial('a', 9, 1)])
  assert.deepEqual([ids(rows), news], [['a1'], 1])
})

test('the list keeps no more denials than the server', () => {
  const shown = Array.from({ length: 1_000 }, (_, n) => denial(`s${n}`, 1_000 - n))
  const { rows } = mergeDenials(shown, [denial('new', 2_000)])
  assert.deepEqual([rows.length, rows[0]?.id, rows.at(-1)?.id], [1_000, 'new', 's998'])
})

test('older denials of another server go to their places', () => {
  const { rows } = mergeDenials([denial('c', 5), denial('a', 1)], [denial('d', 6), denial('b', 3)])
  assert.deepEqual(ids(rows), ['d1', 'c1', 'b1', 'a1'])
})

test('the servers that have answered are known, and no more than there are', () => {
  let known = keepServer([], server('a'))
  known = keepServer(known, server('b'))
  assert.equal(keepServer(known, server('a')), known)
  // One has ended, and another one has taken its place.
  known = keepServer(keepServer(keepServer(known, server('b')), server('c')), server('b'))
  assert.deepEqual(known.map(({ id }) => id).sort(), ['b', 'c'])
  assert.deepEqual(keepServer(known, server('c', 1)), [server('c', 1)])
})
