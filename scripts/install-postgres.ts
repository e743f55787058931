/** Installs PostgreSQL for the tests of its engine where that needs no password: on Debian-based systems, as root. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { lacksPostgres } from '../acceptance/support/postgres.ts'

/** A limit for each command, because a package mirror may never answer. */
const TIMEOUT_MS = 10 * 60 * 1000
/** The package starts a server of its own unless this file says otherwise; the tests start theirs. */
const SETTINGS_FOLDER = '/etc/postgresql-common'
const SETTINGS_FILE = `${SETTINGS_FOLDER}/createcluster.conf`

/** Installs PostgreSQL or prints how to. Without it, the tests of its engine are skipped with that reason. */
export function ensurePostgres(): void {
  const reason = lacksPostgres()
  if (reason === false) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    process.stdout.write(`\n> tests of the PostgreSQL engine: skipped, ${reason}\n`)
    return
  }
  process.stdout.write('\n> installing postgresql for the tests of its engine\n')
  mkdirSync(SETTINGS_FOLDER, { recursive: true })
  if (!existsSync(SETTINGS_FILE)) writeFileSync(SETTINGS_FILE, 'create_main_cluster = false\n')
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const keep = ['-o', 'Dpkg::Options::=--force-confold']
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...keep, 'postgresql']]) {
    const { status } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: TIMEOUT_MS,
    })
    if (status !== 0) process.stdout.write(`apt-get ${args[0]} failed; ${reason}\n`)
  }
}
