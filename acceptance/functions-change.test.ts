/** Functions, their declarations, the configuration and the machine change while calls run. */
import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { callFunction, resultOf } from './support/call-function.ts'
import { consoleApi } from './support/console-api.ts'
import { functionProject } from './support/function-project.ts'
import { cloudstead, ENV, serverForFile } from './support/server.ts'
import { eventually, until } from './support/until.ts'

/** A change is in effect after this time. */
const SOON_MS = 2000

const returns = (value: unknown) => `exports.main = () => (${JSON.stringify(value)})`
const MANY = Array.from({ length: 100 }, (_, n) => `many${n}`)
const project = await functionProject({
  'cloudfunctions/steady/index.js':
    'exports.main = async ({ n }) => { await new Promise((done) => setTimeout(done, 5)); return n }',
  'cloudfunctions/edited/index.js':
    'exports.main = () => [require("./lib.js"), require("./data.json").n, process.env.FROM ?? null]',
  'cloudfunctions/edited/lib.js': 'module.exports = 1',
  'cloudfunctions/edited/data.json': '{ "n": 1 }',
  'cloudfunctions/busy/index.js':
    'exports.main = async () => { console.log("begun"); await new Promise((done) => setTimeout(done, 600)); return "old" }',
  'cloudfunctions/shows/index.js':
    'exports.main = ({ bad }) => { console.log("\\u001b[2J\\u009b31m out \\u0007"); if (bad) throw new Error("bad\\u001b[2J\\u009b"); return "\\u009b" }',
  ...Object.fromEntries(MANY.map((name) => [`cloudfunctions/${name}/index.js`, returns(name)])),
})
const temporary = mkdtempSync(join(tmpdir(), 'cloudstead-change-'))
after(() => rmSync(temporary, { recursive: true, force: true }))

const functions = { root: project.root, rules: { '*': { invoke: true } }, defaults: { timeout: 5 } }
// There are no functions at first, and no place for temporary files.
const server = await serverForFile({
  mode: 'dev',
  variables: { TMPDIR: join(temporary, 'later') },
})
const api = consoleApi(server, await server.apiKey())
const eventuallyResult = (name: string, wanted: unknown) =>
  until(
    name,
    () => resultOf(server, name),
    (result) => JSON.stringify(result) === JSON.stringify(wanted),
    SOON_MS,
  )

describe('changes', { concurrency: false }, () => {
  test('functions.root that is added while the server runs; a missing temporary directory fails calls until it is there', async () => {
    assert.equal(await resultOf(server, 'steady'), 'FUNCTION_NOT_FOUND')
    await server.writeConfig({ functions })
    await eventuallyResult('steady', 'SYS_ERR')
    assert.match(server.log(), /ENOENT/)
    await mkdir(join(temporary, 'later'))
    assert.equal(await resultOf(server, 'steady', { n: 3 }), 3)
    rmSync(join(temporary, 'later'), { recursive: true })
    await mkdir(join(temporary, 'later'))
    assert.deepEqual(await resultOf(server, 'edited'), [1, 1, null])
  })

  test('calls of one function go on through all changes of others and of the configuration', async () => {
    let ending = false
    const outcomes: unknown[] = []
    const load = Promise.all(
      [1, 2, 3].map(async () => {
        for (let n = 0; !ending; n++) outcomes.push((await resultOf(server, 'steady', { n })) === n)
      }),
    )
    await project.write('cloudfunctions/edited/lib.js', 'module.exports = 2')
    await eventuallyResult('edited', [2, 1, null])
    await project.write('cloudfunctions/edited/data.json', '{ "n": 2 }')
    await eventuallyResult('edited', [2, 2, null])
    await project.write('cloudfunctions/edited/lib.js', 'module.exports = (')
    await eventuallyResult('edited', 'FUNCTIONS_EXECUTE_FAIL')
    await project.write('cloudfunctions/edited/lib.js', 'module.exports = 3')
    await eventuallyResult('edited', [3, 2, null])

    const declared = (value: string) =>
      project.write(
        'cloudbaserc.json',
        JSON.stringify({ functions: [{ name: 'edited', envVariables: { FROM: value } }] }),
      )
    await declared('a')
    await eventuallyResult('edited', [3, 2, 'a'])
    await project.write('cloudbaserc.json', '{ "functions": [')
    await eventually('it is reported', () => /cloudbaserc\.json/.test(server.log()), SOON_MS)
    assert.ok(Array.isArray(await resultOf(server, 'edited')))
    await declared('b')
    await eventuallyResult('edited', [3, 2, 'b'])

    const busy = callFunction(server, 'busy')
    await eventually('it has begun', () => server.log().includes('[busy] begun'))
    await project.write('cloudfunctions/busy/index.js', returns('new'))
    await eventuallyResult('busy', 'new')
    assert.deepEqual(await busy, { result: 'old' })
    renameSync(join(project.root, 'busy'), join(project.root, 'renamed'))
    await eventuallyResult('busy', 'FUNCTION_NOT_FOUND')
    await eventuallyResult('renamed', 'new')
    renameSync(join(project.root, 'renamed'), join(project.root, 'busy'))
    await eventuallyResult('busy', 'new')

    await server.writeConfig({ functions: { ...functions, rules: { '*': { invoke: true }, busy: { invoke: false } } } })
    await eventuallyResult('busy', 'PERMISSION_DENIED')
    await server.writeConfig('{ "functions": { "nothing": 1 } }')
    await eventually('it is refused', () => /cannot be used/.test(server.log()), SOON_MS)
    await server.writeConfig({ functions: { ...functions, env: { FROM: 'c', OTHER: '1' } } })
    await eventuallyResult('busy', 'new')
    ending = true
    await load
    assert.ok(
      outcomes.length > 100 && outcomes.every(Boolean),
      `${outcomes.filter((ok) => !ok).length} of ${outcomes.length}`,
    )
  })

  test('a hundred functions are all called, and few processes stay', async () => {
    const started = performance.now()
    const results: unknown[] = []
    for (let from = 0; from < MANY.length; from += 10) {
      results.push(...(await Promise.all(MANY.slice(from, from + 10).map((name) => resultOf(server, name)))))
    }
    assert.deepEqual(results, MANY)
    const took = performance.now() - started
    assert.ok(took < 60_000, `${took} ms`)
    const { items } = await api.call('GET', '/functions')
    assert.ok(items.length > 100)
  })

  test('what functions write controls no terminal: not in dev, in functions logs, nor in functions call', async () => {
    await callFunction(server, 'shows')
    await callFunction(server, 'shows', { bad: true })
    await eventually('dev shows it', () => /\[shows\].*out/.test(server.log()) && /\[shows\].*bad/.test(server.log()))
    const data = ['--data-dir', server.dataDir, '--env', ENV]
    const shown = [
      { stdout: server.output(), stderr: server.log() },
      await cloudstead('functions', 'logs', 'shows', ...data),
      await cloudstead('functions', 'logs', '--json', ...data),
      await cloudstead('functions', 'call', 'shows', ...data),
      await cloudstead('functions', 'call', 'shows', '--data', '{"bad":true}', ...data),
      await cloudstead('functions', 'call', 'shows', '--data', '{"bad":true}', '--json', ...data),
    ]
    for (const [n, { stdout, stderr }] of shown.entries()) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(stdout + stderr, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/, String(n))
      assert.match(stdout + stderr, /out|bad|9b/i, String(n))
    }
  })

  test('functions.root that is removed, and added again', async () => {
    await server.writeConfig({ functions: { rules: functions.rules } })
    await eventuallyResult('steady', 'FUNCTION_NOT_FOUND')
    await eventually('no process stays', async () => (await api.call('GET', '/functions')).items.length === 0, SOON_MS)
    await server.writeConfig({ functions })
    await until(
      'it is back',
      () => resultOf(server, 'steady', { n: 1 }),
      (result) => result === 1,
      SOON_MS,
    )
  })
})
