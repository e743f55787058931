/** Installs the browser for the end-to-end tests where that needs no password: on Debian-based systems, as root. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findChromium, HOW_TO_INSTALL } from '../acceptance/support/chromium.ts'

/** The browser, and a font for Chinese names on screenshots. */
const PACKAGES = ['chromium', 'fonts-noto-cjk']

/** A limit for each command, because a package mirror may never answer. */
const TIMEOUT_MS = 10 * 60 * 1000

/** Installs the browser or prints how to. Without the browser, the end-to-end tests are skipped with that reason. */
export function ensureChromium(): void {
  if (findChromium() !== undefined) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    process.stdout.write(`\n> end-to-end tests: skipped, ${HOW_TO_INSTALL}\n`)
    return
  }
  process.stdout.write(`\n> installing ${PACKAGES.join(' and ')} for the end-to-end tests\n`)
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...PACKAGES]]) {
    const { status } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: TIMEOUT_MS,
    })
    if (status !== 0) process.stdout.write(`apt-get ${args[0]} failed; ${HOW_TO_INSTALL}\n`)
  }
}
