/**
 * `npm test`: builds, checks style and types, and runs every test. Ends with `N passed, N failed`.
 * `npm test -- storage` builds and runs only the test files whose path contains the word.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { ensureChromium } from './install-chromium.ts'

const only = process.argv.slice(2)
const files = globSync([
  'packages/*/src/**/*.test.ts',
  'packages/kit/components/**/*.test.ts',
  'acceptance/**/*.test.ts',
  'scripts/**/*.test.ts',
  'examples/**/*.test.ts',
])
  .filter((file) => !file.includes('node_modules') && (only.length === 0 || only.some((word) => file.includes(word))))
  .sort()

/** A test file that hangs fails after this time. The slowest, with a browser, take two minutes on two busy cores. */
const FILE_TIMEOUT_MS = 480_000

let passed = 0
let failed = 0

function step(name: string, command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`\n> ${name}\n`)
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell: false })
    child.on('close', (code) => {
      if (code === 0) passed += 1
      else failed += 1
      resolve()
    })
  })
}

await step('build', 'npm', ['run', '--silent', 'build'])
if (only.length === 0) {
  await step('style', 'biome', ['check', '.'])
  await step('types', 'node', ['scripts/types.ts'])
}

if (files.some((file) => file.includes('e2e'))) ensureChromium()

process.stdout.write(`\n> tests: ${files.length} files\n`)
const stream = run({
  files,
  concurrency: 2,
  timeout: FILE_TIMEOUT_MS,
  execArgv: ['--conditions=@cloudstead/source', '--disable-warning=ExperimentalWarning'],
})
stream.on('test:pass', (event) => {
  if (event.details.type !== 'suite' && event.skip === undefined && event.todo === undefined) passed += 1
})
stream.on('test:fail', () => {
  failed += 1
})
stream.compose(new spec()).pipe(process.stdout)
await new Promise((resolve) => stream.on('end', resolve))

process.on('exit', () => {
  process.exitCode = failed === 0 && files.length > 0 ? 0 : 1
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
})
