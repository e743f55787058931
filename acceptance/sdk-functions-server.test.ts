/** `callFunction` of the server SDKs from outside, as administrator: two versions, with signatures and with an API key. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { createProject, functionServerForFile } from './support/functions.ts'
import './support/offline.ts'

interface App {
  callFunction(
    input: { readonly name: string; readonly data?: object; readonly qualifier?: string },
    options?: { readonly timeout: number },
  ): Promise<{ readonly result: unknown; readonly requestId: string }>
}
interface Sdk {
  init(options: object): App
}

const project = await createProject({
  echo: 'exports.main = async (event, context) => ({ event, id: context.request_id })',
  text: "exports.main = () => '文'",
  code: "exports.main = () => ({ code: 'MINE' })",
  who: `
    const tcb = require('@cloudbase/node-sdk')
    exports.main = () => tcb.init({ env: tcb.SYMBOL_CURRENT_ENV }).auth().getUserInfo()`,
  fails: "exports.main = () => { throw new TypeError('a secret of the operator') }",
  slow: 'exports.main = () => new Promise(() => {})',
  large: "exports.main = () => 'x'.repeat(6 * 1024 * 1024)",
})
const server = await functionServerForFile(project, {
  config: {
    // Administrators are not bound by rules.
    functions: { rules: { '*': { invoke: false } }, settings: { slow: { timeout: 1 } } },
  },
})
const { secretId, secretKey, apiKey } = await server.apiKey()

const MEGABYTE = 1024 * 1024
const SDKS = [
  ['node-sdk 3.18.3, signed', '@cloudbase/node-sdk', { secretId, secretKey }],
  ['node-sdk 3.18.3, API key', '@cloudbase/node-sdk', { accessKey: apiKey }],
  ['node-sdk 2.11.0, signed', '@cloudbase/node-sdk-2', { secretId, secretKey }],
] as const

for (const [title, packageName, keys] of SDKS) {
  describe(title, { concurrency: true }, () => {
    const sdk = createRequire(import.meta.url)(packageName) as Sdk
    const app = sdk.init({ env: server.env, serviceUrl: `${server.url}/admin`, ...keys })
    const call = async (name: string, data?: object) => (await app.callFunction({ name, ...(data && { data }) })).result
    const failure = (name: string, data: object = {}) =>
      app.callFunction({ name, data }).then(
        () => assert.fail('it did not fail'),
        (error: unknown) => error as { code: string; message: string },
      )

    it('the result and the request id', async () => {
      const data = { at: new Date(0), none: undefined, bytes: Buffer.from([1]) }
      const { result, requestId } = await app.callFunction({ name: 'echo', data })
      const event = { at: '1970-01-01T00:00:00.000Z', bytes: { type: 'Buffer', data: [1] } }
      assert.deepEqual(result, { event, id: requestId })
      assert.deepEqual(((await call('echo')) as { event: unknown }).event, {})
      assert.deepEqual([await call('text'), await call('code')], ['文', { code: 'MINE' }])
    })

    it('the function sees no user', async () => {
      const nobody = { openId: '', appId: '', uid: '', customUserId: '', isAnonymous: false }
      assert.deepEqual(await call('who', {}), nobody)
    })

    it('the only version is $LATEST', async () => {
      const at = (qualifier: string) => app.callFunction({ name: 'text', data: {}, qualifier })
      assert.equal((await at('$LATEST')).result, '文')
      await assert.rejects(at('1'), { code: 'FUNCTION_QUALIFIER_NOT_FOUND' })
    })

    it('failures have a code and a sentence, without what the function has thrown', async () => {
      const { code, message } = await failure('fails')
      assert.equal(code, 'FUNCTIONS_EXECUTE_FAIL')
      assert.match(message, /The function failed\./)
      assert.doesNotMatch(message, /secret|TypeError|index\.js/)
      assert.equal((await failure('slow')).code, 'FUNCTIONS_TIME_LIMIT_EXCEEDED')
      assert.equal((await failure('absent')).code, 'FUNCTION_NOT_FOUND')
      assert.equal((await failure('constructor')).code, 'FUNCTION_NOT_FOUND')
      assert.equal((await failure('large')).code, 'EXCEED_MAX_RESPONSE_SIZE')
      assert.equal((await failure('echo', { text: 'x'.repeat(6 * MEGABYTE) })).code, 'EXCEED_REQUEST_SIZE_LIMIT')
    })

    it('almost 6 MB go in and come out', async () => {
      const text = 'x'.repeat(6 * MEGABYTE - 200)
      const { event } = (await call('echo', { text })) as { event: { text: string } }
      assert.equal(event.text.length, text.length)
    })

    it('the time limit of the caller is its own', async () => {
      const late = app.callFunction({ name: 'slow', data: {} }, { timeout: 300 })
      await assert.rejects(late, { code: /ESOCKETTIMEDOUT|ETIMEDOUT/ })
    })
  })
}
