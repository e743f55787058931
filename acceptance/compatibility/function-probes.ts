import type { App } from '../support/sdk.ts'
import { equal, ok, type Probes, reasonOfThrown } from './probe.ts'

/** What the probes need of an SDK. Client and server SDKs have it. */
interface FunctionClient {
  readonly app: Pick<App, 'callFunction'>
}

/** The functions that the probes call: the text of `index.js` by name. */
export const PROBED_FUNCTIONS = {
  probe: 'exports.main = async ({ text, list }, context) => ({ text, list, requestId: context.request_id })',
  nothing: 'exports.main = () => {}',
  fails: "exports.main = () => { throw new Error('it fails') }",
}

export const functionProbes: Probes<FunctionClient> = {
  'app.callFunction': async ({ app }) => {
    const data = { text: '文 🍒', list: [1, { a: null }] }
    const { result, requestId } = await app.callFunction({ name: 'probe', data })
    equal(result, { ...data, requestId })
    equal((await app.callFunction({ name: 'nothing' })).result, null)
  },
  'app.callFunction that fails': async ({ app }) => {
    const reason = await reasonOfThrown(app.callFunction({ name: 'fails', data: {} }))
    ok(/FUNCTIONS_EXECUTE_FAIL|FUNCTION_INVOCATION_FAILED/.test(reason), `the code: ${reason}`)
  },
}
