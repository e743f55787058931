import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { transformSync } from 'esbuild'
import { buildSdk } from './build.ts'

const MINI_PROGRAM = join(import.meta.dirname, '../miniprogram')
const KIT_BUILD = join(import.meta.dirname, '../../../packages/kit/build.ts')

/** WeChat refuses a larger main package. */
const MAX_MAIN_PACKAGE = 2 * 1024 * 1024
/** WeChat compiles WXML and WXSS to JavaScript and adds its own code; this allowance is more than enough. */
const COMPILER_ALLOWANCE = 1024 * 1024

/** The uploaded size of a file: TypeScript as JavaScript, declarations not at all. */
function packedSize(path: string): number {
  if (path.endsWith('.d.ts')) return 0
  if (!path.endsWith('.ts')) return statSync(path).size
  return Buffer.byteLength(transformSync(readFileSync(path, 'utf8'), { loader: 'ts', format: 'cjs' }).code)
}

describe('the main package', () => {
  let program: string

  before(async () => {
    program = mkdtempSync(join(tmpdir(), 'orders-'))
    cpSync(MINI_PROGRAM, program, {
      recursive: true,
      filter: (path) => !path.includes('miniprogram_npm') && !path.endsWith('cloudbase.js'),
    })
    await buildSdk(program)
    execFileSync(process.execPath, [KIT_BUILD, '--out', join(program, 'miniprogram_npm/@cloudstead/kit')])
  })
  after(() => rmSync(program, { recursive: true, force: true }))

  it('is below the 2 MB of WeChat, including what its compiler adds', () => {
    const sizes = globSync('**/*', { cwd: program, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [packedSize(path), path] as const)
    const total = sizes.reduce((sum, [size]) => sum + size, 0)
    assert.ok(total < MAX_MAIN_PACKAGE - COMPILER_ALLOWANCE, `${total} bytes: ${sizes.sort().slice(-3).join(' ')}`)
    assert.ok(total > 400 * 1024, 'smaller than the SDK alone, so the SDK is missing')
  })
})
