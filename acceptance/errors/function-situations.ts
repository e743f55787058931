import { invoke } from '../compatibility/probe.ts'
import type { Situation } from './columns.ts'
import { type CommonClient, isActions, isGateway } from './common-situations.ts'

const MEGABYTE = 1024 * 1024

/** The functions of the situations: the text of `index.js` by name. */
export const FAILING_FUNCTIONS = {
  fails: "exports.main = () => { throw new Error('it fails') }",
  slow: 'exports.main = () => new Promise(() => {})',
  hungry: `exports.main = () => Buffer.alloc(${300 * MEGABYTE}, 1).length`,
  large: `exports.main = () => 'x'.repeat(${6 * MEGABYTE})`,
  closed: 'exports.main = () => 1',
}

/** The settings of these functions. */
export const FUNCTION_SETTINGS = {
  rules: { '*': { invoke: 'auth != null' }, closed: { invoke: false } },
  settings: { slow: { timeout: 1 }, hungry: { memorySize: 64 } },
}

export function callFunction({ app }: CommonClient, name: string, data: unknown = {}): Promise<unknown> {
  return invoke(app, 'callFunction', { name, data })
}

/** A function, and the code of a call of it: in actions, and through the gateway. */
const ENDINGS = [
  ['absent', 'FUNCTION_NOT_FOUND', 'FUNCTION_NOT_FOUND'],
  ['fails', 'FUNCTIONS_EXECUTE_FAIL', 'FUNCTION_INVOCATION_FAILED'],
  ['slow', 'FUNCTIONS_TIME_LIMIT_EXCEEDED', 'FUNCTION_TIME_LIMIT_EXCEEDED'],
  ['hungry', 'FUNCTIONS_MEMORY_LIMIT_EXCEEDED', 'FUNCTION_MEMORY_LIMIT_EXCEEDED'],
  ['large', 'EXCEED_MAX_RESPONSE_SIZE', 'EXCEED_MAX_RESPONSE_SIZE'],
] as const

export const FUNCTION_SITUATIONS: readonly Situation<CommonClient>[] = [
  ...ENDINGS.flatMap(([name, inActions, throughGateway]) => {
    const situation = { call: 'callFunction', run: (client: CommonClient) => callFunction(client, name) }
    return [
      { ...situation, code: inActions, where: isActions },
      { ...situation, code: throughGateway, where: isGateway },
    ]
  }),
  // In actions, the data can be any JSON.
  {
    code: 'FUNCTION_PARAM_INVALID',
    call: 'callFunction',
    where: isGateway,
    run: (client) => callFunction(client, 'fails', [1]),
  },
]
