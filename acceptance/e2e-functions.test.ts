/** `callFunction` in a real browser, from another origin: what a web app sees, and which preflights are sent. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { SDK_PACKAGES } from './support/clients.ts'
import { createProject, startFunctionServer } from './support/functions.ts'
import type { EndPointMode, SdkLine } from './support/sdk.ts'
import { runOnPage, scriptSite } from './support/sdk-site.ts'
import type { RunningServer } from './support/server.ts'
import type { WebSite } from './support/web-site.ts'

/** What a page tells of its calls. */
interface Seen {
  readonly uid: string
  readonly who: { readonly uid: string; readonly anonymous: string; readonly requestId: string }
  readonly requestId: string
  readonly text: string
  /** How the calls of `fails`, `absent` and `members` end. */
  readonly failures: readonly { readonly throws: boolean; readonly code?: string; readonly message?: string }[]
  /** The status and the text of an HTTP request to a route. */
  readonly http: readonly [number, string]
}

interface Setup {
  readonly server: Pick<RunningServer, 'host' | 'env' | 'url'>
  readonly mode: EndPointMode
}

function program(sdk: SdkLine): string {
  return `
    import cloudbase from '${SDK_PACKAGES[sdk]}'
    import { connect } from './support/sdk.ts'
    window.run = async ({ server, mode }) => {
      const { app, auth } = connect(cloudbase, server, { endPointMode: mode })
      await auth.signInAnonymously({})
      const { uid } = (await auth.getLoginState()).user
      const { result: who, requestId } = await app.callFunction({ name: 'who', data: {} })
      const { result: { text } } = await app.callFunction({ name: 'echo', data: { text: '文' } })
      const end = (name) => app.callFunction({ name, data: {} }).then(
        ({ code, message }) => ({ throws: false, code, message }),
        ({ code, message }) => ({ throws: true, code, message }))
      const failures = [await end('fails'), await end('absent'), await end('members')]
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(server.url + '/fn/hook', { method: 'PUT', headers, body: '{"n":1}' })
      return { uid, who, requestId, text, failures, http: [response.status, await response.text()] }
    }`
}

const SDKS: readonly SdkLine[] = ['2.27.2', '2.32.0', '3.7.0']
const SHOP = 'shop.example'

describe('functions in a browser', { skip: lacksChromium() }, () => {
  let server: RunningServer
  let sites: ReadonlyMap<SdkLine, WebSite>
  let browser: Browser

  before(async () => {
    const project = await createProject({
      who: `exports.main = (_event, { request_id: requestId }) =>
        ({ uid: process.env.TCB_UUID, anonymous: process.env.TCB_ISANONYMOUS_USER, requestId })`,
      echo: 'exports.main = (event) => event',
      fails: "exports.main = () => { throw new Error('boom') }",
      members: 'exports.main = () => 1',
      hook: "exports.main = ({ httpMethod, body }) => httpMethod + ' ' + body",
    })
    sites = new Map(
      await Promise.all(SDKS.map(async (sdk) => [sdk, await scriptSite(program(sdk), import.meta.dirname)] as const)),
    )
    const config = {
      functions: {
        rules: {
          '*': { invoke: 'auth != null' },
          members: { invoke: "auth.loginType != 'ANONYMOUS' && auth != null" },
        },
        http: { '/hook': 'hook' },
      },
      security: { webDomains: [...sites.values()].map(({ port }) => `${SHOP}:${port}`) },
    }
    ;[server, browser] = await Promise.all([startFunctionServer(project, { config }), launchChromium([SHOP])])
  })
  after(async () => {
    await browser.close()
    for (const site of sites.values()) site.close()
    await server.stop()
  })

  for (const sdk of SDKS) {
    for (const mode of ['CLOUD_API', 'GATEWAY'] as const) {
      it(`js-sdk ${sdk}, ${mode}`, async () => {
        const page = `http://${SHOP}:${sites.get(sdk)?.port}/`
        const { host, env, url } = server
        const setup: Setup = { server: { host, env, url }, mode }
        const seen = await runOnPage<Setup, Seen>(browser, page, setup)
        assert.deepEqual(seen.who, { uid: seen.uid, anonymous: 'true', requestId: seen.requestId })
        assert.equal(seen.text, '文')
        const [codes, ends] = endsOf(mode, seen.failures)
        assert.deepEqual(ends, codes)
        assert.deepEqual(seen.http, [200, 'PUT {"n":1}'])
      })
    }
  }
})

/** The expected codes, and those that the page has seen: every failure throws, in each mode in its own shape. */
function endsOf(mode: EndPointMode, failures: Seen['failures']): readonly [readonly string[], readonly string[]] {
  assert.ok(failures.every(({ throws }) => throws))
  if (mode === 'GATEWAY') {
    return [
      ['FUNCTION_INVOCATION_FAILED', 'FUNCTION_NOT_FOUND', 'EXCEED_AUTHORITY'],
      failures.map(({ code = '' }) => code),
    ]
  }
  const codes = failures.map(({ message = '' }) => /\[([A-Z_]+)\]/.exec(message)?.[1] ?? message)
  return [['FUNCTIONS_EXECUTE_FAIL', 'FUNCTION_NOT_FOUND', 'PERMISSION_DENIED'], codes]
}
