/** `callFunction` of the client SDK: five versions, in Mini Programs and in Node, in both modes. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createTicket, loginByOpenId } from './support/clients.ts'
import { createProject, functionServerForFile } from './support/functions.ts'
import { createNodeClient } from './support/node-client.ts'
import { phoneMaker } from './support/phones.ts'
import type { App, EndPointMode, SdkLine } from './support/sdk.ts'

type Caller = Pick<App, 'callFunction'>

const SDKS: readonly SdkLine[] = ['2.27.2', '2.28.8', '2.32.0', '3.3.3', '3.7.0']
const MODES: readonly EndPointMode[] = ['CLOUD_API', 'GATEWAY']
const MEGABYTE = 1024 * 1024
/** Of the phones. */
const APPID = 'wxdev0000000000000'
/** Clients that are tried at a time. */
const CONCURRENCY = 6

/** What `who` tells of its caller. */
interface Who {
  readonly user: { readonly uid: string; readonly openId: string; readonly customUserId: string }
  readonly ip: string
  readonly event: unknown
  readonly requestId: string
}

const project = await createProject({
  who: `
    const tcb = require('@cloudbase/node-sdk')
    const auth = tcb.init({ env: tcb.SYMBOL_CURRENT_ENV }).auth()
    exports.main = (event, context) => ({
      user: auth.getUserInfo(), ip: auth.getClientIP(), event, requestId: context.request_id,
    })`,
  echo: 'exports.main = async (event) => event',
  nothing: 'exports.main = () => {}',
  fails: "exports.main = () => { throw new Error('boom') }",
  slow: 'exports.main = () => new Promise(() => {})',
  open: 'exports.main = () => process.env.TCB_UUID ?? null',
  members: 'exports.main = () => 1',
  closed: 'exports.main = () => 1',
})
const server = await functionServerForFile(project, {
  mode: 'dev',
  config: {
    auth: { wechat: { appid: APPID } },
    functions: {
      rules: {
        '*': { invoke: 'auth != null' },
        open: { invoke: true },
        members: { invoke: "auth.loginType != 'ANONYMOUS' && auth != null" },
        closed: { invoke: false },
      },
      defaults: { timeout: 30 },
      settings: { slow: { timeout: 1 } },
    },
  },
})
const key = await server.loginKey()
const apiKey = await server.apiKey()
const newPhone = phoneMaker()

/** How each mode names what went wrong. */
const CODES = {
  CLOUD_API: {
    failed: 'FUNCTIONS_EXECUTE_FAIL',
    late: 'FUNCTIONS_TIME_LIMIT_EXCEEDED',
    refused: 'PERMISSION_DENIED',
    missing: 'FUNCTION_NOT_FOUND',
  },
  GATEWAY: {
    failed: 'FUNCTION_INVOCATION_FAILED',
    late: 'FUNCTION_TIME_LIMIT_EXCEEDED',
    refused: 'EXCEED_AUTHORITY',
    missing: 'FUNCTION_NOT_FOUND',
  },
} as const

/** The code and the text of a call that fails, as this mode shows it. */
async function failureOf(mode: EndPointMode, call: Promise<object>): Promise<readonly [string, string]> {
  if (mode === 'CLOUD_API') {
    const error = await call.then(
      () => assert.fail('it did not fail'),
      (error: unknown) => error as Error,
    )
    const { code, msg } = JSON.parse(error.message) as { code: string; msg: string }
    assert.equal(code, 'OPERATION_FAIL')
    const [, of = '', text = ''] = /^\[([A-Z_]+)\] (.*)$/.exec(msg) ?? []
    return [of, text]
  }
  const { code = '', message = '', ...others } = (await call) as { code?: string; message?: string }
  assert.deepEqual(Object.keys(others), ['requestId'])
  return [code, message]
}

/** What every client does, whoever is logged in. */
function callCases(mode: EndPointMode, app: () => Caller): void {
  it('the result comes back as JSON carries it', async () => {
    const data = { text: '文 🍒', list: [1, null, { a: true }], at: new Date(0), none: undefined, deep: { er: [[]] } }
    const { result } = await app().callFunction({ name: 'echo', data: { data } })
    const { none: _, ...others } = data
    assert.deepEqual((result as { data: unknown }).data, { ...others, at: '1970-01-01T00:00:00.000Z' })
    const parsed = await app().callFunction({ name: 'echo', data: { n: 1 }, parse: true })
    assert.equal((parsed.result as { n: number }).n, 1)
  })

  it('large data goes in and comes out', async () => {
    const text = 'x'.repeat(3 * MEGABYTE)
    const { result } = await app().callFunction({ name: 'echo', data: { text } })
    assert.equal((result as { text: string }).text.length, text.length)
  })

  it('options and data that the SDK puts into the URL change nothing', async () => {
    const data = { params: { action: 'storage.batchDeleteFile' }, env: 'other-1abcde', n: 1 }
    const { result } = await app().callFunction({ name: 'echo', data, query: { env: 'x', b: 2 }, search: '&c=3' })
    const { userInfo: _, ...event } = result as { userInfo?: unknown }
    assert.deepEqual(event, data)
  })

  it('a function without a result answers null', async () => {
    assert.equal((await app().callFunction({ name: 'nothing', data: { n: 1 } })).result, null)
  })

  it('failures have their code, and in dev the message of the error', async () => {
    const codes = CODES[mode]
    const ends = (name: string) => failureOf(mode, app().callFunction({ name, data: {} }))
    const [failed, late, missing, refused] = await Promise.all([
      ends('fails'),
      ends('slow'),
      ends('absent'),
      ends('closed'),
    ])
    assert.equal(failed[0], codes.failed)
    assert.match(failed[1], /Error: boom$/)
    assert.deepEqual([late[0], missing[0], refused[0]], [codes.late, codes.missing, codes.refused])
  })
}

describe('in a Mini Program', { concurrency: CONCURRENCY }, () => {
  for (const [sdk, mode] of combinations(SDKS)) {
    describe(`js-sdk ${sdk}, ${mode}`, () => {
      const code = `dev:${mode}-${sdk}`
      const phone = newPhone(server, { sdk, mode, loginCode: code })
      let uid: string
      let openid: string | undefined
      before(async () => {
        ;({ uid, openid } = await loginByOpenId(phone))
      })

      it('the function sees the WeChat user, also in the event', async () => {
        const data = { n: 1, userInfo: { openId: 'forged', appId: 'forged' } }
        const { result, requestId } = await phone.app.callFunction<Who>({ name: 'who', data })
        assert.deepEqual(result, {
          user: { openId: openid, appId: APPID, uid, customUserId: '', isAnonymous: false },
          ip: '127.0.0.1',
          event: { n: 1, userInfo: { openId: openid, appId: APPID } },
          requestId,
        })
      })

      it('without data, the event is that of the user alone', async () => {
        const { result } = await phone.app.callFunction({ name: 'echo' })
        assert.deepEqual(result, { userInfo: { openId: openid, appId: APPID } })
      })

      callCases(mode, () => phone.app)

      it('an anonymous user is one to the function, and is refused where the rule says so', async () => {
        const { error } = await phone.auth.signInAnonymously({})
        assert.equal(error, null)
        const { result } = await phone.app.callFunction<Who>({ name: 'who', data: { userInfo: { openId: 'forged' } } })
        const { uid } = (await phone.auth.getLoginState())?.user ?? {}
        assert.deepEqual(result.user, { openId: '', appId: '', uid, customUserId: '', isAnonymous: true })
        assert.deepEqual(result.event, { userInfo: {} })
        const [refused] = await failureOf(mode, phone.app.callFunction({ name: 'members', data: {} }))
        assert.equal(refused, CODES[mode].refused)
      })
    })
  }
})

describe('in Node', { concurrency: CONCURRENCY }, () => {
  // 2.32.0 has no build for Node.
  for (const [sdk, mode] of combinations(SDKS.filter((line) => line !== '2.32.0'))) {
    describe(`js-sdk ${sdk}, ${mode}`, () => {
      const customUserId = `node-${mode}-${sdk}`
      let app: Caller
      let close = async () => {}
      before(async () => {
        const login = { ticket: createTicket(key, customUserId) }
        ;({ app, close } = await createNodeClient(server, sdk, login, { endPointMode: mode }))
      })
      after(() => close())

      it('the function sees the custom user', async () => {
        const data = { n: 1, userInfo: { openId: 'forged', name: 'Alice' } }
        const { result, requestId } = await app.callFunction<Who>({ name: 'who', data })
        assert.deepEqual(result, {
          user: { openId: '', appId: '', uid: customUserId, customUserId, isAnonymous: false },
          ip: '127.0.0.1',
          event: { n: 1, userInfo: { name: 'Alice' } },
          requestId,
        })
      })

      it('without data, the event is empty', async () => {
        assert.deepEqual((await app.callFunction({ name: 'echo' })).result, {})
      })

      callCases(mode, () => app)
    })
  }
})

it('many users at once: each call sees its own', async () => {
  const users = await Promise.all(
    Array.from({ length: 4 }, async (_, n) => {
      const phone = newPhone(server, { loginCode: `dev:crowd-${n}` })
      const { uid } = await loginByOpenId(phone)
      return { app: phone.app, uid }
    }),
  )
  const calls = Array.from({ length: 10 }, () => users).flat()
  const seen = await Promise.all(
    calls.map(async ({ app }) => (await app.callFunction<Who>({ name: 'who', data: {} })).result.user.uid),
  )
  assert.deepEqual(
    seen,
    calls.map(({ uid }) => uid),
  )
})

it('GET through the gateway: the data is in the URL, so its values are texts', async () => {
  const phone = newPhone(server, { sdk: '3.7.0', mode: 'GATEWAY' })
  assert.equal((await phone.auth.signInAnonymously({})).error, null)
  const { result } = await phone.app.callFunction({ name: 'echo', data: { n: 1, text: '文' }, method: 'GET' })
  assert.deepEqual(result, { n: '1', text: '文' })
})

describe('nobody is logged in', () => {
  it('js-sdk 3.7.0 in Node in GATEWAY mode sends the call, and the rules decide', async () => {
    const { app, close } = await createNodeClient(server, '3.7.0', undefined, { endPointMode: 'GATEWAY' })
    try {
      assert.equal((await app.callFunction({ name: 'open', data: {} })).result, null)
      const [refused] = await failureOf('GATEWAY', app.callFunction({ name: 'echo', data: {} }))
      assert.equal(refused, 'EXCEED_AUTHORITY')
    } finally {
      await close()
    }
  })

  for (const [sdk, mode] of combinations(SDKS)) {
    it(`js-sdk ${sdk}, ${mode}: in a Mini Program, the SDK refuses by itself`, async () => {
      const { app } = newPhone(server, { sdk, mode })
      await assert.rejects(app.callFunction({ name: 'open', data: {} }), isLocal)
    })
    it(`js-sdk ${sdk}, ${mode}: an API key in accessKey stands for a login, as administrator`, async () => {
      const { app } = newPhone(server, { sdk, mode, init: { accessKey: apiKey.apiKey } })
      assert.equal((await app.callFunction({ name: 'closed', data: {} })).result, 1)
    })
  }
})

/** Whether the SDK itself has missed a login: it sends nothing then. */
function isLocal(error: unknown): boolean {
  const { message, error_description: description } = error as { message?: string; error_description?: string }
  return message === "Cannot read properties of null (reading 'scope')" || description === 'credentials not found'
}

function combinations(sdks: readonly SdkLine[]): readonly (readonly [SdkLine, EndPointMode])[] {
  return sdks.flatMap((sdk) => MODES.map((mode) => [sdk, mode] as const))
}
