/** The package as users install it, without any other package: it starts, and keeps what it has compiled. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'

const SERVER = join(import.meta.dirname, '../packages/server')

describe('the start of the built server', () => {
  let folder: string
  let server: string
  /** Where the user keeps caches. */
  let caches: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'start-'))
    server = join(folder, 'node_modules', 'cloudstead')
    caches = join(folder, 'caches')
    for (const part of ['bin', 'dist', 'config.schema.json', 'package.json']) {
      cpSync(join(SERVER, part), join(server, part), { recursive: true, filter: (path) => !path.endsWith('.cache') })
    }
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Starts the server, waits for its line, uses it, stops it, and returns its exit code and what it has printed. */
  async function run(
    variables: Readonly<Record<string, string>> = {},
    use: (url: string) => Promise<void> = async () => {},
  ) {
    const { NODE_COMPILE_CACHE: _, ...env } = process.env
    const words = ['start', '--env', 'demo-1abcde', '--port', '0', '--data-dir', join(folder, 'data')]
    const child = spawn(process.execPath, [join(server, 'bin/cloudstead.js'), ...words], {
      env: { ...env, XDG_CACHE_HOME: caches, ...variables },
      cwd: folder,
    })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    try {
      const output = await untilReady(child)
      await use(/http:\/\/[^\s"]+/.exec(output)?.[0] ?? '')
      // What it has compiled is on the disk a moment after the line; a server may never end by itself.
      child.kill('SIGTERM')
      return { output, code: await ended }
    } finally {
      child.kill('SIGKILL')
    }
  }

  const filesIn = (directory: string) => globSync('**/*', { cwd: directory }).length

  test('keeps what it has compiled beside the code, for its owner only', async () => {
    const { output, code } = await run()
    assert.match(output, /^cloudstead ready/m)
    assert.equal(code, 0)
    const cache = join(server, 'dist/.cache')
    assert.ok(filesIn(cache) > 1)
    if (process.platform !== 'win32') assert.equal(statSync(cache).mode & 0o777, 0o700)
    assert.equal((await run()).code, 0)
  })

  test('keeps it with the caches of the user where that cannot be', async () => {
    writeFileSync(join(server, 'dist/.cache'), 'a file')
    assert.equal((await run()).code, 0)
    assert.ok(filesIn(join(caches, 'cloudstead/compile')) > 1)
  })

  test('writes on when its package was removed, as by an upgrade', async () => {
    const { code } = await run({}, async (url) => {
      rmSync(server, { recursive: true })
      // More than it writes without its thread.
      const logins = Array.from({ length: 30 }, () =>
        fetch(`${url}/auth/v1/signin/anonymously?client_id=demo-1abcde`, { method: 'POST', body: '{}' }),
      )
      for (const { status } of await Promise.all(logins)) assert.equal(status, 200)
    })
    assert.equal(code, 0)
  })

  test('keeps nothing where it can keep it nowhere, or is told not to', async () => {
    assert.equal((await run({ NODE_DISABLE_COMPILE_CACHE: '1' })).code, 0)
    assert.ok(!existsSync(join(server, 'dist/.cache')))
    writeFileSync(join(server, 'dist/.cache'), 'a file')
    writeFileSync(caches, 'a file')
    assert.equal((await run()).code, 0)
  })
})

function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const heard = (chunk: Buffer) => {
      output += chunk
      if (/^cloudstead ready.*\n/m.test(output)) resolve(output)
    }
    child.stdout?.on('data', heard)
    child.stderr?.on('data', heard)
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)))
  })
}
