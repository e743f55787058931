/** A server with everything that the situations need, and what each SDK shows of its errors. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { askChild } from '../support/child.ts'
import { createTicket, SDK_PACKAGES } from '../support/clients.ts'
import { consoleApi } from '../support/console-api.ts'
import { adminDatabase } from '../support/databases.ts'
import { FOREIGN_NAME } from '../support/foreign-name.ts'
import { createProject, startFunctionServer } from '../support/functions.ts'
import { runOnPage, scriptSite } from '../support/sdk-site.ts'
import { cloudstead, type RunningServer, startServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { loginWithTicket, newPerson } from '../support/wire.ts'
import { ERROR_COLUMNS, type ErrorColumn, type ErrorSetup, type Sightings, WEB_COLUMNS } from './columns.ts'
import { FAILING_FUNCTIONS, FUNCTION_SETTINGS } from './function-situations.ts'
import { codeOfDocs } from './page.ts'

const CONFIG = {
  storage: { acl: 'PRIVATE', maxFileSize: '64KB' },
  database: {
    collections: { things: { acl: 'PRIVATE' }, closed: { acl: 'ADMINONLY' }, large: { acl: 'READONLY' } },
  },
}
const MEGABYTE = 1024 * 1024
const HOURS_3_MS = 3 * 3_600_000

/** What each SDK shows in Mini Programs and in Node, in the order of the columns. */
export function lookAtErrors(): Promise<readonly Sightings[]> {
  const child = new URL('./error-column.ts', import.meta.url)
  return lookWith(ERROR_COLUMNS, [], (setup) => askChild(child, setup))
}

/** The same on pages of a web site. @param browser for which `FOREIGN_NAME` leads to this machine */
export async function lookInBrowser(browser: Browser): Promise<readonly Sightings[]> {
  const contents = `
    import cloudbase from '${SDK_PACKAGES['3.7.0']}'
    import { connected, lookAtApp } from './app-client.ts'
    const pick = (bytes) => new File([bytes], 'a.png', { type: 'image/png' })
    window.run = (setup) => lookAtApp(connected(cloudbase, { ...setup, mode: setup.column.mode }, pick), ${codeOfDocs()})`
  const site = await scriptSite(contents, import.meta.dirname)
  try {
    const host = `${FOREIGN_NAME}:${site.port}`
    return await lookWith(WEB_COLUMNS, [host], (setup) => runOnPage(browser, `http://${host}/`, setup))
  } finally {
    site.close()
  }
}

/** @param webDomains hosts of the web sites that may call the server */
async function lookWith(
  columns: readonly ErrorColumn[],
  webDomains: readonly string[],
  look: (setup: ErrorSetup) => Promise<Sightings>,
): Promise<readonly Sightings[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-errors-'))
  try {
    const expiredToken = await formerToken(dataDir)
    const config = { ...CONFIG, functions: FUNCTION_SETTINGS, security: { webDomains } }
    const server = await startFunctionServer(await createProject(FAILING_FUNCTIONS), { mode: 'dev', dataDir, config })
    try {
      const known = { ...(await prepare(server)), expiredToken, codeOf: codeOfDocs() }
      const all: Sightings[] = []
      for (const [at, column] of columns.entries()) {
        const before = server.log().length
        const customUserId = `user-${at}`
        const seen = await look({ ...known, column, customUserId, ticket: createTicket(known.loginKey, customUserId) })
        await until('lost errors are in the log', () => unlogged(seen, server.log().slice(before)), isEmpty)
        all.push(seen)
      }
      return all
    } finally {
      await server.stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
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

type Prepared = Omit<ErrorSetup, 'column' | 'ticket' | 'customUserId' | 'codeOf' | 'expiredToken'>

async function prepare(server: RunningServer): Promise<Prepared> {
  const [apiKey, loginKey] = [await server.apiKey(), await server.loginKey()]
  const args = ['--env', server.env, '--data-dir', server.dataDir, '--scope', 'database:read']
  const readingKey = JSON.parse((await cloudstead('keys', 'api', ...args)).stdout) as ErrorSetup['readingKey']
  const blockedTicket = createTicket(loginKey, 'blocked')
  await loginWithTicket(server, blockedTicket)
  await consoleApi(server, apiKey).call('PUT', '/users/blocked/blocked', { blocked: true })
  const large = adminDatabase(server, apiKey).collection('large')
  for (let n = 0; n < 3; n += 1) await large.add({ text: 'x'.repeat(12 * MEGABYTE) })
  const { host, url, env } = server
  const foreignHost = `${FOREIGN_NAME}:${server.port}`
  return { server: { host, url, env }, foreignHost, apiKey, readingKey, loginKey, blockedTicket }
}
