/** `cloudstead functions` beside a running server. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createProject, functionServerForFile } from './support/functions.ts'
import { cloudstead } from './support/server.ts'
import { eventually } from './support/until.ts'
import { createUser } from './support/users.ts'

const CLI = join(import.meta.dirname, '../packages/server/bin/cloudstead.js')

const project = await createProject(
  {
    hello: `exports.main = async (event, context) => {
  console.log('hello', event.name)
  return { event, uid: process.env.TCB_UUID, openid: process.env.WX_OPENID, id: context.request_id }
}`,
    broken: `exports.main = async () => {
  throw new TypeError('it is broken')
}`,
  },
  {
    'cloudbaserc.json': JSON.stringify({
      functions: [
        {
          name: 'hello',
          timeout: 7,
          envVariables: { TOKEN: 'very secret' },
          triggers: [{ name: 'daily', type: 'timer', config: '0 0 3 * * * *' }],
        },
      ],
      gateway: { routes: [{ path: '/hello', target: 'function:hello' }] },
    }),
  },
)
const server = await functionServerForFile(project, { mode: 'dev' })
const place = ['--env', server.env, '--data-dir', server.dataDir]
const functions = (...args: string[]) => cloudstead('functions', ...args, ...place)

describe('cloudstead functions', () => {
  it('lists them for people and for scripts, without the values of variables', async () => {
    const { stdout, code } = await functions('list')
    assert.equal(code, 0)
    assert.match(stdout, /^FUNCTION +TIMEOUT +MEMORY +HANDLER +TIMERS +ROUTES +VARIABLES\n/)
    assert.match(stdout, /^hello +7 s +256 MB +index\.main +daily \(0 0 3 \* \* \* \*\) +\/fn\/hello +TOKEN$/m)
    const json = await functions('list', '--json')
    const [broken, hello] = JSON.parse(json.stdout) as Record<string, unknown>[]
    assert.equal(broken?.name, 'broken')
    assert.deepEqual(
      [hello?.name, hello?.timeout, hello?.memorySize, hello?.handler, hello?.variables],
      ['hello', 7, 256, 'index.main', ['TOKEN']],
    )
    assert.doesNotMatch(stdout + json.stdout, /very secret/)
  })

  it('calls one, as an administrator or as a user', async () => {
    const called = await functions('call', 'hello', '--data', '{"name":"mia"}', '--json')
    const { result, requestId, durationMs } = JSON.parse(called.stdout)
    assert.deepEqual([result, typeof durationMs], [{ event: { name: 'mia' }, id: requestId }, 'number'])
    const { uid, openid } = await createUser(server, { code: 'dev:mia' })
    for (const as of [uid, `openid:${openid}`]) {
      const { stdout } = await functions('call', 'hello', '--as', as)
      const seen = JSON.parse(stdout)
      assert.deepEqual([seen.uid, seen.openid, seen.event.userInfo.openId], [uid, openid, openid])
    }
    const anonymous = await functions('call', 'hello', '--as', 'anonymous', '--json')
    assert.equal(JSON.parse(anonymous.stdout).result.openid, undefined)
  })

  it('says what went wrong, with the stack, and exits 1', async () => {
    const { stderr, code } = await functions('call', 'broken')
    assert.equal(code, 1)
    assert.match(stderr, /^FUNCTIONS_EXECUTE_FAIL: TypeError: it is broken\n.*broken\/index\.js:2:9/)
    const json = await functions('call', 'broken', '--json')
    const { code: name, error } = JSON.parse(json.stdout)
    assert.deepEqual([json.code, name, error.name], [1, 'FUNCTIONS_EXECUTE_FAIL', 'TypeError'])
    for (const [args, message] of [
      [['call', 'missing'], /FUNCTION_NOT_FOUND/],
      [['call', '__proto__'], /FUNCTION_NOT_FOUND/],
      [['call'], /needs the name of a function/],
      [['call', 'hello', '--data', '{'], /--data is not valid JSON/],
      [['call', 'hello', '--as', 'nobody-has-this-id'], /there is no such user/],
      [['jump'], /functions needs one of/],
    ] as const) {
      const refused = await functions(...args)
      assert.equal(refused.code, 1, args.join(' '))
      assert.match(refused.stderr, message)
    }
  })

  it('leaves no key behind', async () => {
    const { stdout } = await cloudstead('keys', 'list', ...place)
    assert.deepEqual(JSON.parse(stdout), [])
  })

  it('shows what functions did and wrote, also as it happens', async () => {
    await functions('call', 'hello', '--data', '{"name":"before"}')
    const past = await functions('logs', 'hello')
    assert.match(past.stdout, /hello +ok +\d+ ms +cli +admin +\S+\n +hello before\n/)
    assert.doesNotMatch(past.stdout, /broken/)
    const child = spawn(process.execPath, [CLI, 'functions', 'logs', '--follow', '--json', ...place])
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const ended = new Promise((done) => child.once('close', done))
    await eventually('the past call is shown', () => output.includes('before'))
    await functions('call', 'hello', '--data', '{"name":"after"}')
    await eventually('the next call is shown', () => output.includes('hello after'))
    child.kill('SIGTERM')
    assert.equal(await ended, 0)
    const calls = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { requestId: string })
    assert.equal(new Set(calls.map(({ requestId }) => requestId)).size, calls.length)
  })
})
