import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { CheckoutError, prepareCheckout } from './checkout.ts'
import { commandOf } from './cloudstead.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bench-checkout-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

function refuses(message: RegExp): void {
  assert.throws(
    () => prepareCheckout(directory, () => {}),
    (error) => error instanceof CheckoutError && message.test(error.message) && !error.message.includes('\n'),
  )
}

/** A checkout whose build runs this script. */
function writeCheckout(build: string): void {
  mkdirSync(dirname(commandOf(directory)), { recursive: true })
  writeFileSync(commandOf(directory), '')
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ scripts: { build } }))
}

test('a directory without the server is refused', () => refuses(/is not a checkout of this repository$/))

test('a checkout that is not installed is refused', () => {
  writeCheckout('node --version')
  refuses(/is not installed: run `npm ci` in it$/)
})

test('a checkout that does not build is refused with what the build said', () => {
  writeCheckout('echo first; echo second; exit 1')
  mkdirSync(join(directory, 'node_modules'))
  refuses(/does not build: first second$/)
})

test('a checkout is built where it is, with a line that says so', () => {
  writeCheckout("node -e \"require('node:fs').writeFileSync('built', process.cwd())\"")
  mkdirSync(join(directory, 'node_modules'))
  const lines: string[] = []
  assert.equal(
    prepareCheckout(directory, (line) => lines.push(line)),
    directory,
  )
  assert.deepEqual(lines, [`building ${directory}`])
  assert.equal(readFileSync(join(directory, 'built'), 'utf8'), realpathSync(directory))
})
