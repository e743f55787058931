/** An export that no other file imports is not one. knip.json says which files are entries: their exports are for users. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

const ARGS = ['--include', 'exports,types,files', '--no-progress', '--reporter', 'json']

interface Unused {
  readonly file: string
  readonly files: readonly unknown[]
  readonly exports: readonly { readonly name: string }[]
  readonly types: readonly { readonly name: string }[]
}

test('every file and every export has a user in another file', async () => {
  // knip exits with 1 when it has found something.
  const { stdout } = await promisify(execFile)('knip', ARGS, { maxBuffer: 1 << 26 }).catch((error) => error)
  const { issues } = JSON.parse(stdout) as { readonly issues: readonly Unused[] }
  const found = issues.flatMap(({ file, files, exports, types }) => [
    ...files.map(() => file),
    ...[...exports, ...types].map(({ name }) => `${file}: ${name}`),
  ])
  assert.deepEqual(found, [])
})
