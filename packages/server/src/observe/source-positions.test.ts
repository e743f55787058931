import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { createLog } from './log.ts'
import { withSources } from './source-positions.ts'

describe('stacks of a built file', () => {
  let folder: string
  let built: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'source-positions-'))
    const source = join(folder, 'thrower.ts')
    writeFileSync(
      source,
      'interface Gone {\n  a: 1\n}\n\nexport function fail(gone?: Gone): never {\n  throw new Error("no " + gone)\n}\n',
    )
    built = join(folder, 'built.js')
    await build({
      entryPoints: [source],
      outfile: built,
      format: 'esm',
      bundle: true,
      sourcemap: 'linked',
      minify: true,
    })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('have the lines of the source, also in the log', async () => {
    const { fail } = await import(pathToFileURL(built).href)
    let error: unknown
    try {
      fail()
    } catch (thrown) {
      error = thrown
    }
    const stack = (error as Error).stack ?? ''
    assert.match(stack, /built\.js:1:\d+/)
    assert.match(withSources(stack), /\(?thrower\.ts:6:9\)?/)
    assert.doesNotMatch(withSources(stack), /built\.js/)
    const lines: string[] = []
    createLog({ mode: 'start', write: (line) => lines.push(line) }).error({ err: error }, 'failed')
    assert.match(JSON.parse(lines[0] ?? '').err.stack, /^Error: no undefined\n.*thrower\.ts:6:9/)
  })

  test('are what Node makes of the same map, at every position', async () => {
    const { readFileSync } = await import('node:fs')
    const map = new SourceMap(JSON.parse(readFileSync(`${built}.map`, 'utf8')))
    const code = readFileSync(built, 'utf8').split('\n')[0] ?? ''
    const url = pathToFileURL(built).href
    assert.ok(code.length > 20)
    for (let column = 0; column < code.length; column += 1) {
      const entry = map.findEntry(0, column)
      const expected =
        'originalLine' in entry
          ? `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
          : undefined
      const position = `${url}:1:${column + 1}`
      assert.equal(withSources(`at x (${position})`), `at x (${expected ?? position})`)
    }
  })

  test('stay as they are when they name a host', () => {
    const position = `${pathToFileURL(built).href.replace('file:///', 'file://localhost/')}:1:1`
    assert.equal(withSources(position), position)
  })

  test('stay as they are without a map', () => {
    const stack =
      'Error: x\n    at f (file:///nowhere/else.js:1:2)\n    at node:internal/x:3:4\n    at g (file:///a/b.ts:5:6)'
    assert.equal(withSources(stack), stack)
  })
})
