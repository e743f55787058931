import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createProject, type ProjectFolder } from '../testing/project-folder.ts'
import { main } from './cli.ts'

describe('cloudstead-wx', () => {
  let project: ProjectFolder
  before(() => {
    project = createProject()
  })
  after(() => project.remove())

  const run = async (...args: string[]) => {
    let output = ''
    const code = await main(args, (text) => {
      output += text
    })
    return { code, output }
  }

  it('builds to a folder', async () => {
    const out = join(project.path, 'out')
    const { code, output } = await run('build', project.path, '--out', out)
    assert.equal(code, 0)
    assert.match(output, /^built .* into .*: \d+ files\n$/)
    assert.ok(existsSync(join(out, 'index.html')))
  })

  it('serves until a signal', async () => {
    let output = ''
    const ready = Promise.withResolvers<string>()
    const ended = main(['serve', project.path, '--no-watch', '--user', 'carol'], (text) => {
      output += text
      const url = /^cloudstead-wx ready: (.*)$/m.exec(output)?.[1]
      if (url !== undefined) ready.resolve(url)
    })
    const harness = await (await fetch(`${await ready.promise}/harness.json`)).json()
    assert.deepEqual(harness, { user: 'carol', live: false })
    process.emit('SIGTERM')
    assert.equal(await ended, 0)
  })

  for (const [args, says] of [
    [[], /^cloudstead-wx: runs/],
    [['serve'], /^expected one PROJECT folder/],
    [['build', 'somewhere'], /^build needs --out DIR/],
    [['dance', 'somewhere'], /^unknown command dance/],
    [['serve', 'somewhere', '--port', 'x'], /^--port x is not a port/],
    [['serve', 'somewhere', '--fast'], /^Unknown option '--fast'/],
    [['serve', '/nowhere', '--no-watch'], /there is no such folder/],
  ] as const) {
    it(`refuses: ${args.join(' ') || 'nothing'}`, async () => {
      const { code, output } = await run(...args)
      assert.equal(code, 1)
      assert.match(output, says)
    })
  }
})
