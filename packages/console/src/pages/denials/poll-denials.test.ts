import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Denial } from '@cloudstead/admin-api'
import { mergeDenials, newestFirst } from './merge-denials.ts'
import { newestOf, pageAfter, pollDenials, rowsOf, type ShownDenial } from './poll-denials.ts'

const LIMIT = 3

type Ask = Parameters<typeof pollDenials>[0]

/** A server with its own denials, newest first, and the API as the server has it. */
function fakeServer(name: string, servers: () => number) {
  let denials: (Denial & { readonly sequence: number })[] = []
  let sequence = 0
  const ask: Ask = async ({ since, after }) => {
    const server = { id: name, name, servers: servers() }
    const [id = name, place] = after?.split('.') ?? []
    if (id !== name) return { server, items: [], ...(after === undefined ? {} : { next: after }) }
    const before = place === undefined ? Number.POSITIVE_INFINITY : Number(place)
    const found = denials.filter((denial) => denial.at > since && denial.sequence < before)
    const items = found.slice(0, LIMIT)
    return { server, items, ...(found.length > LIMIT ? { next: `${name}.${items.at(-1)?.sequence}` } : {}) }
  }
  return {
    ask,
    deny(id: string, at: number) {
      sequence += 1
      const count = (denials.find((denial) => denial.id === id)?.count ?? 0) + 1
      const denial = { id, at, count, sequence, requestId: `${name}${at}`, code: '', caller: null, reason: '' }
      denials = [denial, ...denials.filter((other) => other.id !== id)]
    },
  }
}

/** A page of denied requests behind a balancer that gives each request to the next server. */
function pageBehind(servers: { readonly [name: string]: ReturnType<typeof fakeServer> }) {
  const names = Object.keys(servers)
  let requests = 0
  const ask: Ask = (query) => {
    const name = names[requests++ % names.length] ?? ''
    return servers[name]?.ask(query) ?? assert.fail()
  }
  let rows: readonly ShownDenial[] = []
  let newest: ReturnType<typeof newestOf> | undefined
  return {
    ask,
    requests: () => requests,
    async load() {
      let page = await ask({ since: 0 })
      rows = rowsOf(page)
      return async () => {
        if (page.next === undefined) return false
        page = await pageAfter(ask, page.next)
        rows = newestFirst([...rows, ...rowsOf(page)])
        return true
      }
    },
    async poll() {
      newest ??= newestOf(rows)
      const { latest, earlier } = await pollDenials(ask, newest)
      const merged = mergeDenials(rows, latest)
      rows = mergeDenials(merged.rows, earlier).rows
      return merged.news
    },
    shown: () => rows.map(({ id, count }) => (count > 1 ? `${id}x${count}` : id)),
  }
}

function twoServers() {
  const [a, b] = [fakeServer('a', () => 2), fakeServer('b', () => 2)]
  return { a, b, page: pageBehind({ a, b }) }
}

test('two servers that answer in turn: all denials of both, newest first, and nothing flickers', async () => {
  const { a, b, page } = twoServers()
  a.deny('one', 1)
  b.deny('two', 2)
  // The same request, denied by both.
  a.deny('same', 3)
  b.deny('same', 4)
  b.deny('same', 5)
  await page.load()
  assert.deepEqual(page.shown(), ['a.same', 'a.one'])
  await page.poll()
  const all = ['b.samex2', 'a.same', 'b.two', 'a.one']
  assert.deepEqual(page.shown(), all)
  for (let turn = 0; turn < 6; turn += 1) {
    assert.equal(await page.poll(), 0)
    assert.deepEqual(page.shown(), all)
  }
})

test('each new denial comes once, whichever server has it', async () => {
  const { a, b, page } = twoServers()
  await page.load()
  let news = 0
  const settle = async () => {
    for (let turn = 0; turn < 4; turn += 1) news += await page.poll()
  }
  await settle()
  b.deny('first', 20_000)
  await settle()
  a.deny('second', 20_001)
  b.deny('third', 30_000)
  await settle()
  assert.deepEqual([page.shown(), news], [['b.third', 'a.second', 'b.first'], 3])
  // The other server has newer ones already.
  a.deny('late', 25_000)
  a.deny('second', 25_001)
  await settle()
  assert.deepEqual([page.shown(), news], [['b.third', 'a.secondx2', 'a.late', 'b.first'], 5])
})

test('older pages come from the server of the first page, whoever answers in between', async () => {
  const { a, b, page } = twoServers()
  for (let at = 1; at <= 8; at += 1) a.deny(`n${at}`, at)
  for (let at = 1; at <= 8; at += 1) b.deny(`m${at}`, at)
  const more = await page.load()
  while (await more());
  assert.deepEqual(page.shown(), ['a.n8', 'a.n7', 'a.n6', 'a.n5', 'a.n4', 'a.n3', 'a.n2', 'a.n1'])
  for (let turn = 0; turn < 2; turn += 1) await page.poll()
  assert.equal(page.shown().length, 16)
  // From now on a turn is one request.
  const before = page.requests()
  for (let turn = 0; turn < 4; turn += 1) await page.poll()
  assert.equal(page.requests() - before, 4)
})

test('a list ends when its server does not answer any more', async () => {
  const b = fakeServer('b', () => 2)
  assert.deepEqual(await pageAfter(b.ask, 'a.7'), { server: { id: 'b', name: 'b', servers: 2 }, items: [] })
})

test('a server that has ended no longer holds back the time from which is asked', async () => {
  let servers = 2
  const [a, b] = [fakeServer('a', () => servers), fakeServer('b', () => servers)]
  a.deny('one', 1)
  b.deny('two', 50_000)
  const newest = newestOf([...rowsOf(await a.ask({ since: 0 })), ...rowsOf(await b.ask({ since: 0 }))])
  const asked: number[] = []
  const ask: Ask = (query) => {
    asked.push(query.since)
    return b.ask(query)
  }
  await pollDenials(ask, newest)
  servers = 1
  await pollDenials(ask, newest)
  await pollDenials(ask, newest)
  assert.deepEqual(asked, [0, 0, 49_999])
})
