/**
 * `npm test`: builds, checks style and types, and runs every test. Ends with `N passed, N failed`.
 * `npm test -- storage` builds and runs only the test files whose path contains the word.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { ensureChromium } from './install-chromium.ts'
import { ensureNginx, ensurePostgres, ensureRadosgw } from './install-engines.ts'
import { runTestFiles } from './run-test-files.ts'

const only = process.argv.slice(2)
const files = globSync([
  'packages/*/src/**/*.test.ts',
  'packages/kit/components/**/*.test.ts',
  'acceptance/**/*.test.ts',
  'bench/**/*.test.ts',
  'scripts/**/*.test.ts',
  'examples/**/*.test.ts',
])
  .filter((file) => !file.includes('node_modules') && (only.length === 0 || only.some((word) => file.includes(word))))
  .sort()

/** A test file that hangs fails after this time. The slowest, with a browser, take two minutes on two busy cores. */
const FILE_TIMEOUT_MS = 480_000
/** Files at once. Each waits part of its time: for a server to start, a disk to sync, a browser to draw. */
const CONCURRENCY = 2 * availableParallelism()
const SLOWEST_SHOWN = 15

// Every test file, server and command is a process of its own, which would compile the same modules again.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/compile')

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
if (files.some((file) => /postgres|cluster|migrate|nginx/.test(file))) ensurePostgres()
if (files.some((file) => /s3|cluster|migrate/.test(file))) ensureRadosgw()
if (files.some((file) => file.includes('nginx'))) ensureNginx()

process.stdout.write(`\n> tests: ${files.length} files\n`)
const tests = await runTestFiles({
  files,
  concurrency: CONCURRENCY,
  fileTimeout: FILE_TIMEOUT_MS,
  execArgv: ['--conditions=@cloudstead/source', '--disable-warning=ExperimentalWarning'],
  output: process.stdout,
})
passed += tests.passed
failed += tests.failed

process.stdout.write('\nslowest files, in seconds:\n')
for (const [file, ms] of [...tests.durations].sort(([, a], [, b]) => b - a).slice(0, SLOWEST_SHOWN)) {
  process.stdout.write(`${(ms / 1000).toFixed(1).padStart(7)}  ${file}\n`)
}

process.on('exit', () => {
  process.exitCode = failed === 0 && files.length > 0 ? 0 : 1
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
})
