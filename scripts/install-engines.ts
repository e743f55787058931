/** Installs PostgreSQL, Ceph and nginx for the tests that need them where that needs no password: on Debian-based systems, as root. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { lacksNginx } from '../acceptance/support/nginx.ts'
import { lacksPostgres } from '../acceptance/support/postgres.ts'
import { lacksRadosgw } from '../acceptance/support/radosgw.ts'

/** A limit for each command, because a package mirror may never answer. */
const TIMEOUT_MS = 10 * 60 * 1000
/** The package of PostgreSQL starts a server of its own unless this file says otherwise; the tests start theirs. */
const SETTINGS_FOLDER = '/etc/postgresql-common'
const SETTINGS_FILE = `${SETTINGS_FOLDER}/createcluster.conf`

/** Installs PostgreSQL or prints how to. Without it, the tests of its engine are skipped with that reason. */
export function ensurePostgres(): void {
  ensure('PostgreSQL', lacksPostgres(), ['postgresql'], () => {
    mkdirSync(SETTINGS_FOLDER, { recursive: true })
    if (!existsSync(SETTINGS_FILE)) writeFileSync(SETTINGS_FILE, 'create_main_cluster = false\n')
  })
}

/** Installs Ceph with its S3 gateway or prints how to. Without it, the tests of the S3 engine are skipped with that reason. */
export function ensureRadosgw(): void {
  ensure('S3', lacksRadosgw(), ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-common'])
}

/** Installs nginx or prints how to. Without it, the tests of the configuration in deploy/ are skipped with that reason. */
export function ensureNginx(): void {
  ensure('nginx', lacksNginx(), ['nginx-light'])
}

function ensure(engine: string, reason: string | false, packages: readonly string[], prepare = () => {}): void {
  if (reason === false) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    process.stdout.write(`\n> tests of ${engine}: skipped, ${reason}\n`)
    return
  }
  process.stdout.write(`\n> installing ${packages.join(', ')} for the tests of ${engine}\n`)
  prepare()
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const keep = ['-o', 'Dpkg::Options::=--force-confold']
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...keep, ...packages]]) {
    const { status } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: TIMEOUT_MS,
    })
    if (status !== 0) process.stdout.write(`apt-get ${args[0]} failed; ${reason}\n`)
  }
}
