import type { InputOf, rulesOperations } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import type { Nodes } from '../../cluster/nodes.ts'
import type { Denial, Denials } from '../../observe/denials.ts'
import type { CheckedRules } from '../../rule-tools/findings.ts'
import type { RuleSimulator } from '../../rule-tools/simulator.ts'
import type { RulesSubject } from '../../saved-settings/rules-setting.ts'
import { answeringServer } from './answering-server.ts'
import type { Handlers } from './handlers.ts'
import { subjectOf } from './rules-subject.ts'

export interface RulesHandlersOptions {
  readonly simulator: RuleSimulator
  readonly denials: Pick<Denials, 'page'>
  readonly nodes: Pick<Nodes, 'list'>
  readonly check: (text: string, subject: RulesSubject) => CheckedRules
}

/** What rules would decide, and what they denied. */
export function rulesHandlers({
  simulator,
  denials,
  nodes,
  check,
}: RulesHandlersOptions): Handlers<typeof rulesOperations> {
  return {
    async checkRules({ body: { text, ...target } }) {
      const { valid, findings } = check(text, subjectOf(target))
      return { valid, findings }
    },
    simulateRules: async ({ body }) => simulator.simulate(body.as, askedOf(body), body.text),
    async replayCase({ body: { text, case: recorded, ...target } }) {
      const subject = subjectOf(target)
      const collection = typeof subject === 'string' ? undefined : subject.collection
      const isFunction = recorded.invoke !== undefined
      if (recorded.collection !== collection || isFunction !== (subject === 'functions'))
        throw invalid('the case is not about what the rules are for', '该用例与规则的对象不符')
      return simulator.replay(recorded, text)
    },
    async listDenials({ query: { after, ...query } }) {
      const all = await nodes.list()
      const server = answeringServer(all)
      const [, id = server.id, place = after] = /^([0-9a-f]+)\.(.*)$/.exec(after ?? '') ?? []
      if (id !== server.id) {
        // The denials are with another server, if it is still there.
        return { server, items: [], ...(all.some((node) => node.id === id) ? { next: after } : {}) }
      }
      const { items, next } = denials.page({ ...query, after: place })
      return { server, items: items.map(denialAnswer), ...(next === undefined ? {} : { next: `${id}.${next}` }) }
    },
  }
}

type SimulateBody = InputOf<typeof rulesOperations.simulateRules>['body']

/** The request as a test case has it. */
function askedOf(body: SimulateBody) {
  const { collection, action, path, size, id, query, data, stored, name } = body
  const subject = subjectOf(body)
  if (subject === 'functions' || action === 'invoke' || name !== undefined) return invokedOf(body)
  const given = { size, where: query, data, stored }
  const members = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  if (collection !== undefined) {
    if (path !== undefined)
      throw invalid('path is of files, and collection of documents', 'path 用于文件，collection 用于文档')
    return { action, collection, ...(id === undefined ? {} : { doc: id }), ...members }
  }
  if (path === undefined) throw invalid('path or collection is missing', '缺少 path 或 collection')
  if (id !== undefined) throw invalid('id is of documents', 'id 用于文档')
  // With a size it is a whole upload, which is asked about twice.
  return { action: action === 'write' && size !== undefined ? 'upload' : action, file: path, ...members }
}

function invokedOf({ action, functions, name, path, size, id, query, data, stored }: SimulateBody) {
  if (functions !== true || action !== 'invoke' || name === undefined) {
    throw invalid(
      'a call of a function needs functions: true, action: "invoke" and the name of the function',
      '调用函数需要 functions: true、action: "invoke" 和函数名 name',
    )
  }
  if ([path, size, id, query, data, stored].some((given) => given !== undefined)) {
    throw invalid('rules of functions see nothing but the caller', '函数规则只看到调用者')
  }
  return { invoke: name }
}

function denialAnswer({ collection, function: invoked, explanation, case: ruleCase, ...denial }: Denial) {
  return {
    ...denial,
    ...(collection === undefined ? {} : { collection }),
    ...(invoked === undefined ? {} : { function: invoked }),
    ...(explanation === undefined ? {} : { explanation }),
    ...(ruleCase === undefined ? {} : { case: ruleCase }),
  }
}

function invalid(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', { en, zh })
}
