/** A server with everything that the situations need, and what each SDK shows of its errors. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askChild } from '../support/child.ts'
import { createTicket } from '../support/clients.ts'
import { consoleApi } from '../support/console-api.ts'
import { adminDatabase } from '../support/databases.ts'
import { cloudstead, type RunningServer, startServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { loginWithTicket, newPerson } from '../support/wire.ts'
import { ERROR_COLUMNS, type ErrorColumn, type ErrorSetup, type Sightings } from './columns.ts'
import { codeOfDocs } from './page.ts'

const CONFIG = {
  storage: { acl: 'PRIVATE', maxFileSize: '64KB' },
  database: {
    collections: { things: { acl: 'PRIVATE' }, closed: { acl: 'ADMINONLY' }, large: { acl: 'READONLY' } },
  },
}
const MEGABYTE = 1024 * 1024
const HOURS_3_MS = 3 * 3_600_000

/** What each SDK shows, in the order of the columns. */
export async function lookAtErrors(): Promise<readonly Sightings[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-errors-'))
  try {
    const expiredToken = await formerToken(dataDir)
    const server = await startServer({ mode: 'dev', dataDir, config: CONFIG })
    try {
      const known = await prepare(server)
      const sightings: Sightings[] = []
      for (const column of ERROR_COLUMNS) {
        const before = server.log().length
        const seen = await lookWith(column, { ...known, expiredToken })
        await until('lost errors are in the log', () => unlogged(seen, server.log().slice(before)), isEmpty)
        sightings.push(seen)
      }
      return sightings
    } finally {
      await server.stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

type Prepared = Omit<ErrorSetup, 'column' | 'ticket' | 'customUserId' | 'codeOf'>

function lookWith(column: ErrorColumn, known: Prepared): Promise<Sightings> {
  const customUserId = `user-${ERROR_COLUMNS.indexOf(column)}`
  const ticket = createTicket(known.loginKey, customUserId)
  const setup: ErrorSetup = { ...known, column, customUserId, ticket, codeOf: codeOfDocs() }
  return askChild(new URL('./error-column.ts', import.meta.url), setup)
}

/**
 * The codes that the SDK lost and that the log has not for each call with this code: a call that succeeds would look as if
 * the SDK had lost its error.
 */
function unlogged(sightings: Sightings, log: string): readonly string[] {
  const codes = Object.keys(sightings).map((name) => name.split(' ')[0] ?? '')
  const lost = codes.filter((_code, at) => Object.values(sightings)[at]?.place === undefined)
  return lost.filter((code) => log.split(code).length <= codes.filter((of) => of === code).length)
}

const isEmpty = (list: readonly string[]) => list.length === 0

/** An access token of a server whose clock was three hours behind. */
async function formerToken(dataDir: string): Promise<string> {
  const shift = `const real = Date.now; Date.now = () => real() - ${HOURS_3_MS}`
  const former = process.env.NODE_OPTIONS
  process.env.NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(shift)}`
  let server: RunningServer
  try {
    server = await startServer({ mode: 'dev', dataDir, config: CONFIG })
  } finally {
    if (former === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = former
  }
  try {
    return (await newPerson(server)).accessToken
  } finally {
    await server.stop()
  }
}

async function prepare(server: RunningServer): Promise<Omit<Prepared, 'expiredToken'>> {
  const [apiKey, loginKey] = [await server.apiKey(), await server.loginKey()]
  const args = ['--env', server.env, '--data-dir', server.dataDir, '--scope', 'database:read']
  const readingKey = JSON.parse((await cloudstead('keys', 'api', ...args)).stdout) as ErrorSetup['readingKey']
  const blockedTicket = createTicket(loginKey, 'blocked')
  await loginWithTicket(server, blockedTicket)
  await consoleApi(server, apiKey).call('PUT', '/users/blocked/blocked', { blocked: true })
  const large = adminDatabase(server, apiKey).collection('large')
  for (let n = 0; n < 3; n += 1) await large.add({ text: 'x'.repeat(12 * MEGABYTE) })
  const { host, url, env, port } = server
  return { server: { host, url, env, port }, apiKey, readingKey, loginKey, blockedTicket }
}
