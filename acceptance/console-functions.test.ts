/** Cloud functions in the admin API: what there is, calls as a user, timers, the log and following it, and scopes of keys. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ConsoleApi, consoleApi } from './support/console-api.ts'
import { functionProject } from './support/function-project.ts'
import { type ApiKey, serverForFile } from './support/server.ts'

const PROJECT = await functionProject({
  'cloudfunctions/hello/index.js': `exports.main = async (event) => {
  console.log('hello from', event.name)
  console.error('a warning')
  return { hello: event.name ?? 'world' }
}
`,
  'cloudfunctions/echo/index.js': 'exports.main = (event) => ({ event })',
  'cloudfunctions/whoami/index.js': `exports.main = (event) => ({
  uid: process.env.TCB_UUID,
  custom: process.env.TCB_CUSTOM_USER_ID,
  anonymous: process.env.TCB_ISANONYMOUS_USER,
  openid: process.env.WX_OPENID,
  userInfo: event.userInfo,
})
`,
  'cloudfunctions/broken/index.js': `const deep = {}

exports.main = () => {
  return deep.missing.total
}
`,
  'cloudfunctions/slow/index.js': `exports.main = async (event) => {
  console.log('step one')
  await new Promise((done) => setTimeout(done, event.ms))
  return 'done'
}
`,
  'cloudfunctions/nightly/index.js': `exports.main = (event) => {
  if (event.TriggerName === 'fails') throw new Error('no night')
  return { type: event.Type, trigger: event.TriggerName, source: process.env.TRIGGER_SRC }
}
`,
  'cloudfunctions/nightly/config.json': JSON.stringify({
    triggers: [
      { name: 'clean', type: 'timer', config: '0 0 2 * * * *' },
      { name: 'fails', type: 'timer', config: '0 0 3 1 1 * *' },
    ],
  }),
})
const server = await serverForFile({
  config: {
    functions: {
      http: { '/hello': 'hello', '/private': { function: 'hello', auth: true } },
      settings: { hello: { timeout: 9, memorySize: 128, env: { SECRET_WORD: 'swordfish' } } },
    },
  },
  args: ['--functions', PROJECT.root],
})
const api = consoleApi(server, await server.apiKey())

const invoke = (name: string, body: object) => api.call('POST', `/functions/${name}/invoke`, body)
const logged = async (name: string, query = '') => (await api.call('GET', `/functions/${name}/logs${query}`)).items
async function codeOf(method: string, path: string, body?: unknown, by: ConsoleApi = api): Promise<string> {
  const { status, body: answer } = await by.ask(method, path, body)
  return status === 200 ? 'OK' : answer.code
}

describe('what there is', () => {
  it('is listed with settings, timers, routes and the names of variables', async () => {
    const { items, root, server: answering } = await api.call('GET', '/functions')
    assert.ok(root.endsWith('/cloudfunctions'), root)
    assert.deepEqual([answering.servers, typeof answering.name], [1, 'string'])
    assert.deepEqual(
      items.map(({ name }: { name: string }) => name),
      ['broken', 'echo', 'hello', 'nightly', 'slow', 'whoami'],
    )
    const hello = items.find(({ name }: { name: string }) => name === 'hello')
    assert.deepEqual([hello.timeout, hello.memorySize, hello.handler], [9, 128, 'index.main'])
    assert.deepEqual(hello.variables, ['SECRET_WORD'])
    assert.deepEqual(
      hello.routes.toSorted((a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1)),
      [
        { path: '/hello', auth: false },
        { path: '/private', auth: true },
      ],
    )
    const nightly = items.find(({ name }: { name: string }) => name === 'nightly')
    assert.deepEqual(
      nightly.triggers.map(({ name, config }: { name: string; config: string }) => [name, config]),
      [
        ['clean', '0 0 2 * * * *'],
        ['fails', '0 0 3 1 1 * *'],
      ],
    )
    assert.ok(nightly.triggers.every(({ next }: { next: number }) => next > Date.now()))
  })

  it('has counts, a median and the last call', async () => {
    const before = (await api.call('GET', '/functions/hello')).function
    const { requestId } = await invoke('hello', { data: { name: 'mia' } })
    const { function: after, instances } = await api.call('GET', '/functions/hello')
    assert.deepEqual([after.calls, after.errors], [before.calls + 1, before.errors])
    assert.ok(after.coldStarts >= 1 && after.medianMs >= 0)
    assert.deepEqual([after.lastCall.requestId, after.lastCall.status], [requestId, 'ok'])
    assert.ok(instances.length >= 1)
    for (const { pid, memoryMB, busy, startedAt } of instances) {
      assert.ok(pid > 0 && memoryMB > 0 && startedAt <= Date.now(), JSON.stringify(instances))
      assert.equal(busy, false)
    }
  })

  it('never has the value of a variable', async () => {
    for (const path of ['/functions', '/functions/hello', '/functions/hello/logs', '/settings']) {
      const { text } = await api.ask('GET', path)
      assert.equal(text.includes('swordfish'), false, path)
    }
  })

  it('is looked up by names of its own only', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'none', '..%2Fhello', '*']) {
      assert.equal(await codeOf('GET', `/functions/${name}`), 'FUNCTION_NOT_FOUND', name)
      assert.equal(await codeOf('POST', `/functions/${name}/invoke`, {}), 'FUNCTION_NOT_FOUND', name)
      assert.equal(await codeOf('POST', `/functions/${name}/timers/clean/run`), 'FUNCTION_NOT_FOUND', name)
      if (name !== '*') assert.deepEqual(await logged(name), [], name)
    }
  })
})

describe('a call', () => {
  it('gives the function its event, and answers with the result', async () => {
    const { result, requestId, durationMs } = await invoke('hello', { data: { name: 'mia' } })
    assert.deepEqual(result, { hello: 'mia' })
    assert.ok(requestId.length > 10 && durationMs >= 0)
    assert.deepEqual((await invoke('hello', { data: {} })).result, { hello: 'world' })
  })

  it('is that of an administrator, of nobody, or of the user in as', async () => {
    const seenBy = async (body: object) => (await invoke('whoami', body)).result
    assert.equal((await seenBy({ data: {} })).uid, undefined)
    assert.equal((await seenBy({ data: {}, as: null })).uid, undefined)
    assert.deepEqual(await seenBy({ data: {}, as: { uid: 'u1', customUserId: 'mia', loginType: 'CUSTOM' } }), {
      uid: 'u1',
      custom: 'mia',
      anonymous: 'false',
    })
    assert.equal((await seenBy({ data: {}, as: { uid: 'g1', loginType: 'ANONYMOUS' } })).anonymous, 'true')
    const wechat = await seenBy({ data: {}, as: { uid: 'w1', openid: 'oMia', loginType: 'WECHAT_OPEN' } })
    assert.deepEqual([wechat.uid, wechat.openid, wechat.userInfo.openId], ['w1', 'oMia', 'oMia'])
    const callers = (await logged('whoami')).map(({ caller }: { caller: string }) => caller)
    assert.deepEqual(callers, ['w1', 'g1', 'u1', 'nobody', 'admin'])
  })

  it('that fails has its request id in the error; under it the log has the error with file and line', async () => {
    const { status, body, text } = await api.ask('POST', '/functions/broken/invoke', { data: {} })
    assert.deepEqual([status, body.code], [500, 'FUNCTIONS_EXECUTE_FAIL'])
    assert.doesNotMatch(text, /index\.js|cloudfunctions/)
    const [call, ...others] = await logged('broken', `?requestId=${body.requestId}`)
    assert.deepEqual(others, [])
    assert.deepEqual([call.status, call.trigger, call.error.name], ['FUNCTIONS_EXECUTE_FAIL', 'admin', 'TypeError'])
    assert.match(call.error.stack, /broken\/index\.js:4:\d+/)
  })

  it('takes any JSON as its event, and refuses members that it does not know', async () => {
    for (const data of [null, 1, 'text', [1], { a: { b: null } }]) {
      assert.deepEqual((await invoke('echo', { data })).result, { event: data })
    }
    assert.equal(await codeOf('POST', '/functions/hello/invoke', { event: {} }), 'INVALID_PARAM')
    assert.equal(await codeOf('POST', '/functions/hello/invoke', { as: 'admin' }), 'INVALID_PARAM')
  })
})

describe('a timer', () => {
  it('is run now, with the event of the timer', async () => {
    const { result, requestId } = await api.call('POST', '/functions/nightly/timers/clean/run')
    assert.deepEqual(result, { type: 'Timer', trigger: 'clean', source: 'timer' })
    const [call] = await logged('nightly', `?requestId=${requestId}`)
    assert.deepEqual([call.trigger, call.timer, call.status], ['timer', 'clean', 'ok'])
  })

  it('that fails has its call in the log under the request id of the error', async () => {
    const { body } = await api.ask('POST', '/functions/nightly/timers/fails/run')
    assert.equal(body.code, 'FUNCTIONS_EXECUTE_FAIL')
    const [call] = await logged('nightly', `?requestId=${body.requestId}`)
    assert.deepEqual([call.timer, call.error.message], ['fails', 'no night'])
  })

  it('that is not there is not found', async () => {
    for (const timer of ['none', '__proto__', 'constructor']) {
      assert.equal(await codeOf('POST', `/functions/nightly/timers/${timer}/run`), 'NOT_FOUND', timer)
    }
  })
})

describe('the log', () => {
  it('has the lines of a call by stream, newest calls first, and is filtered', async () => {
    await invoke('hello', { data: { name: 'first-of-two' } })
    const { requestId } = await invoke('hello', { data: { name: 'second-of-two' } })
    const [newest, other] = await logged('hello', '?search=of-two')
    assert.equal(newest.requestId, requestId)
    // The two streams are two pipes, so that either may be first.
    assert.deepEqual(
      newest.lines.map(({ stream, text }: { stream: string; text: string }) => `${stream}: ${text}`).sort(),
      ['stderr: a warning', 'stdout: hello from second-of-two'],
    )
    assert.match(other.lines[0].text, /first-of-two/)
    assert.equal((await logged('hello', '?search=FIRST-OF-TWO')).length, 1)
    assert.equal((await logged('hello', '?limit=1')).length, 1)
    await api.ask('POST', '/functions/broken/invoke', {})
    const failed = await logged('*', '?failed=true')
    assert.ok(failed.length > 0 && failed.every(({ status }: { status: string }) => status !== 'ok'))
    assert.equal((await logged('hello', '?failed=true')).length, 0)
  })

  it('is followed: lines as they are written, calls as they end, of one function or of all', async () => {
    const one = await follow('slow')
    const all = await follow('*')
    assert.deepEqual(await one.next(), {})
    assert.deepEqual(await all.next(), {})
    const running = invoke('slow', { data: { ms: 400 } })
    const first = (await one.next()) as { line: { requestId: string; line: { text: string } } }
    assert.equal(first.line.line.text, 'step one')
    let ended = false
    void running.then(() => {
      ended = true
    })
    await Promise.resolve()
    assert.equal(ended, false, 'the line comes before the call ends')
    const { requestId } = await running
    assert.equal(first.line.requestId, requestId)
    const last = (await one.next()) as { call: { requestId: string; status: string } }
    assert.deepEqual([last.call.requestId, last.call.status], [requestId, 'ok'])
    await invoke('hello', { data: { name: 'x' } })
    const names: (string | undefined)[] = []
    for (let at = 0; at < 5; at++) {
      const { line, call } = (await all.next()) as { line?: { function: string }; call?: { function: string } }
      names.push(line?.function ?? call?.function)
    }
    assert.deepEqual(names, ['slow', 'slow', 'hello', 'hello', 'hello'])
    one.stop()
    all.stop()
  })
})

/** Follows the log; `next` resolves to the next line. */
async function follow(name: string): Promise<{ next(): Promise<unknown>; stop(): void }> {
  const leaving = new AbortController()
  const response = await fetch(`${server.url}/console/api/functions/${name}/logs/follow`, {
    headers: { authorization: `Bearer ${followKey.apiKey}` },
    signal: leaving.signal,
  })
  assert.equal(response.status, 200)
  assert.ok(response.body)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    async next() {
      while (!text.includes('\n')) {
        const { value, done } = await reader.read()
        assert.equal(done, false)
        text += value
      }
      const end = text.indexOf('\n')
      const line: unknown = JSON.parse(text.slice(0, end))
      text = text.slice(end + 1)
      return line
    },
    stop: () => leaving.abort(),
  }
}

const scoped = (scopes: string): Promise<ApiKey> => api.call('POST', `/keys/api?scopes=${encodeURIComponent(scopes)}`)
const followKey = await scoped('functions:read')

describe('scopes of keys', () => {
  const READS = ['/functions', '/functions/hello', '/functions/hello/logs', '/functions/*/logs'] as const

  it('functions:read sees functions and their log, and calls nothing', async () => {
    const reader = consoleApi(server, followKey)
    for (const path of READS) assert.equal(await codeOf('GET', path, undefined, reader), 'OK', path)
    assert.equal(await codeOf('POST', '/functions/hello/invoke', { data: {} }, reader), 'ACTION_FORBIDDEN')
    assert.equal(await codeOf('POST', '/functions/nightly/timers/clean/run', undefined, reader), 'ACTION_FORBIDDEN')
  })

  it('functions:write calls them, and sees them', async () => {
    const writer = consoleApi(server, await scoped('functions:write'))
    for (const path of READS) assert.equal(await codeOf('GET', path, undefined, writer), 'OK', path)
    assert.equal(await codeOf('POST', '/functions/hello/invoke', { data: {} }, writer), 'OK')
    assert.equal(await codeOf('POST', '/functions/nightly/timers/clean/run', undefined, writer), 'OK')
    assert.equal(await codeOf('GET', '/users', undefined, writer), 'ACTION_FORBIDDEN')
  })

  it('other scopes see nothing of them', async () => {
    const other = consoleApi(server, await scoped('storage:write,database:write,users:write,settings:write'))
    for (const path of [...READS, '/functions/hello/logs/follow']) {
      assert.equal(await codeOf('GET', path, undefined, other), 'ACTION_FORBIDDEN', path)
    }
    assert.equal(await codeOf('POST', '/functions/hello/invoke', {}, other), 'ACTION_FORBIDDEN')
  })

  it('nobody gets in without a key', async () => {
    const nobody = consoleApi(server)
    assert.notEqual(await codeOf('GET', '/functions', undefined, nobody), 'OK')
    assert.notEqual(await codeOf('POST', '/functions/hello/invoke', {}, nobody), 'OK')
  })
})
