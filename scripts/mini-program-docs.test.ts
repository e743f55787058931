/**
 * Builds the program of docs/mini-program.md with both versions of the SDK: it compiles with the types of the kit and of WeChat,
 * and the harness builds it.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, describe, test } from 'node:test'
import { buildMiniProgram } from '@cloudstead/wx/harness'

const ROOT = join(import.meta.dirname, '..')
const MODULES = join(ROOT, 'node_modules')

/** The files of the program by path. A page shows each as a line that starts with the path in code and a code block below. */
function programOf(text: string): Map<string, string> {
  const blocks = text.matchAll(/^`([\w./]+)`[^\n]*\n\n```\w+\n(.*?)^```$/gms)
  return new Map([...blocks].map(([, path = '', content = '']) => [path, content]))
}

const SDK = '@cloudbase/js-sdk'
/** Where the versions of the SDK are installed. */
const SDKS = { '2.27.2': SDK, '3.7.0': '@cloudbase/js-sdk-3' } as const

/** Writes the program to a new folder and links the packages that its package.json names. Returns the folder. */
function writeProject(program: ReadonlyMap<string, string>, sdk: keyof typeof SDKS): string {
  const project = mkdtempSync(join(tmpdir(), 'cloudstead-docs-program-'))
  for (const [path, content] of program) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), content)
  }
  const { dependencies } = JSON.parse(program.get('package.json') ?? '{}') as { dependencies: Record<string, string> }
  for (const [name, version] of Object.entries({ ...dependencies, [SDK]: sdk })) {
    const folder = join(MODULES, name === SDK ? SDKS[sdk] : name)
    const installed = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
    assert.equal(version, installed.version, `${name} must have the version that is installed here`)
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true })
    symlinkSync(resolve(folder), join(project, 'node_modules', name), 'junction')
  }
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'examples/orders/tsconfig.json'), 'utf8')) as {
    compilerOptions: object
  }
  const typeRoots = [MODULES]
  const tsconfig = { compilerOptions: { ...compilerOptions, typeRoots }, include: ['miniprogram'] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig))
  return project
}

for (const page of ['docs/mini-program.md', 'docs/mini-program.zh-CN.md']) {
  describe(page, () => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const program = programOf(text)

    test('has the seven files, and names both versions of the SDK', () => {
      assert.deepEqual(
        [...program.keys()],
        [
          'package.json',
          'project.config.json',
          'miniprogram/app.json',
          'miniprogram/cloud.ts',
          'miniprogram/app.ts',
          'miniprogram/pages/index/index.ts',
          'miniprogram/pages/index/index.wxml',
        ],
      )
      assert.ok(text.includes(`"${SDK}": "2.27.2"`) && text.includes('`3.7.0`'))
    })

    for (const sdk of ['2.27.2', '3.7.0'] as const) {
      const project = writeProject(program, sdk)
      after(() => rmSync(project, { recursive: true, force: true }))

      test(`js-sdk ${sdk}: its TypeScript compiles without the types of Node and browsers`, () => {
        const run = () => execFileSync(join(MODULES, '.bin/tsc'), ['-p', project], { encoding: 'utf8' })
        assert.doesNotThrow(run, (error) => assert.fail((error as { stdout?: string }).stdout))
      })

      test(`js-sdk ${sdk}: the browser harness builds it without a warning`, async () => {
        const { files, warnings } = await buildMiniProgram({ project })
        assert.deepEqual(warnings, [])
        assert.ok(files.size > 0)
      })
    }
  })
}
