import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeState } from '../../cluster/nodes.ts'
import type { Denials } from '../../observe/denials.ts'
import type { ConsoleContext } from './handlers.ts'
import { type RulesHandlersOptions, rulesHandlers } from './rules-handlers.ts'

const A = { id: 'aa', name: 'a:1' } as NodeState
const B = { id: 'bb', name: 'b:1' } as NodeState
const CONTEXT = {} as ConsoleContext

/** The handler of server A, with the `after` that its denials were asked for. */
function handlerOfA(nodes: readonly NodeState[]) {
  const asked: (string | undefined)[] = []
  const page: Denials['page'] = ({ after }) => {
    asked.push(after)
    return { items: [], next: '7' }
  }
  const options = { denials: { page }, nodes: { list: async () => nodes } } as unknown as RulesHandlersOptions
  const { listDenials } = rulesHandlers(options)
  return { asked, list: (query: { after?: string }) => listDenials({ query, params: {}, body: undefined }, CONTEXT) }
}

test('the place after a page of denials belongs to a server', async () => {
  const { asked, list } = handlerOfA([A, B])
  const server = { id: 'aa', name: 'a:1', servers: 2 }
  assert.deepEqual(await list({}), { server, items: [], next: 'aa.7' })
  assert.deepEqual(await list({ after: 'aa.7' }), { server, items: [], next: 'aa.7' })
  assert.deepEqual(asked, [undefined, '7'])
  // Another server is asked for it: nothing, and the same place again.
  assert.deepEqual(await list({ after: 'bb.9' }), { server, items: [], next: 'bb.9' })
  assert.equal(asked.length, 2)
})

test('the list ends when its server has ended', async () => {
  const { list } = handlerOfA([A])
  assert.deepEqual(await list({ after: 'bb.9' }), { server: { id: 'aa', name: 'a:1', servers: 1 }, items: [] })
})
