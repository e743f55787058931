import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InputOf, rulesOperations } from '@cloudstead/admin-api'
import type { NodeState } from '../../cluster/nodes.ts'
import type { Denials } from '../../observe/denials.ts'
import type { ConsoleContext } from './handlers.ts'
import { type RulesHandlersOptions, rulesHandlers } from './rules-handlers.ts'

const A = { id: 'aa', name: 'a:1' } as NodeState
const B = { id: 'bb', name: 'b:1' } as NodeState
const CONTEXT = {} as ConsoleContext

type SimulateBody = InputOf<typeof rulesOperations.simulateRules>['body']
type ReplayBody = InputOf<typeof rulesOperations.replayCase>['body']

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

test('a call of a function is described by its name only, and is not mixed with files and documents', async () => {
  const asked: unknown[] = []
  const simulator = {
    simulate: async (_: unknown, members: unknown) => asked.push(members),
    replay: async (members: unknown) => asked.push(members),
  }
  const { simulateRules, replayCase } = rulesHandlers({ simulator } as unknown as RulesHandlersOptions)
  const simulate = (body: object) =>
    simulateRules({ query: {}, params: {}, body: { as: null, ...body } as SimulateBody }, CONTEXT)
  await simulate({ functions: true, action: 'invoke', name: 'pay' })
  await simulate({ functions: false, action: 'read', path: 'a' })
  assert.deepEqual(asked, [{ invoke: 'pay' }, { action: 'read', file: 'a' }])
  for (const wrong of [
    { functions: true, action: 'invoke' },
    { functions: true, action: 'read', name: 'pay' },
    { action: 'invoke', name: 'pay' },
    { action: 'read', path: 'a', name: 'pay' },
    { functions: true, action: 'invoke', name: 'pay', path: 'a' },
    { functions: true, action: 'invoke', name: 'pay', data: {} },
    { functions: true, collection: 'a', action: 'invoke', name: 'pay' },
  ]) {
    await assert.rejects(simulate(wrong), { code: 'INVALID_PARAM' }, JSON.stringify(wrong))
  }
  const replay = (target: object, recorded: object) =>
    replayCase({ query: {}, params: {}, body: { ...target, text: '{}', case: recorded } as ReplayBody }, CONTEXT)
  await replay({ functions: true }, { invoke: 'pay' })
  assert.equal(asked.length, 3)
  await assert.rejects(replay({}, { invoke: 'pay' }), { code: 'INVALID_PARAM' })
  await assert.rejects(replay({ collection: 'a' }, { invoke: 'pay' }), { code: 'INVALID_PARAM' })
  await assert.rejects(replay({ functions: true }, { file: 'a' }), { code: 'INVALID_PARAM' })
})
