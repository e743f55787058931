import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { loadSecrets, type Secrets } from '../secrets.ts'
import type { AuthSettings, Settings } from '../settings.ts'
import { type Auth, createAuth } from './auth.ts'
import type { AuthLog } from './auth-log.ts'
import type { LoginKeyFile } from './keys.ts'

/** Setup for the tests of logins: an Auth on the real embedded engine, in a folder of its own. */
export interface AuthSetup {
  auth: Auth
  records: Records
  secrets: Secrets
  /** How far the clock of the Auth is ahead, in ms. */
  ahead: number
  settings: AuthSettings
  /** Everything that was logged, as one string. */
  logged(): string
  /** Closes everything and opens the same folder again, like a restart. */
  restart(): Promise<void>
  /** A second Auth on the same records file, with its own connections, like another process. */
  second(): Promise<{ readonly auth: Auth; readonly records: Records }>
  now(): number
  dispose(): Promise<void>
}

export const ENV = 'demo-1abcde'
export const APPID = 'wx0123456789abcdef'

export const DEV_WECHAT: AuthSettings['wechat'] = { apiBase: 'http://127.0.0.1:1', madeUpIdentities: true }

export async function setUpAuth(settings: Partial<AuthSettings> = {}): Promise<AuthSetup> {
  const folder = await mkdtemp(join(tmpdir(), 'auth-'))
  const lines: string[] = []
  const write = (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`)
  const log: AuthLog = { info: write, warn: write }

  async function open(): Promise<{ auth: Auth; records: Records; secrets: Secrets }> {
    const records = await openSqliteRecords({ file: join(folder, 'records.db') })
    const secrets = await loadSecrets(folder)
    const current = () => ({ auth: setup.settings }) as Settings
    return {
      auth: createAuth({ env: ENV, records, secrets, settings: current, now: () => setup.now(), log }),
      records,
      secrets,
    }
  }

  const others: Records[] = []
  const setup: AuthSetup = {
    // These come from open() below, which needs the clock and the settings of this object.
    ...({} as { auth: Auth; records: Records; secrets: Secrets }),
    ahead: 0,
    settings: { anonymous: true, wechat: DEV_WECHAT, ...settings },
    logged: () => lines.join('\n'),
    now: () => Date.now() + setup.ahead,
    async restart() {
      await setup.records.close()
      Object.assign(setup, await open())
    },
    async second() {
      const { auth, records } = await open()
      others.push(records)
      return { auth, records }
    },
    async dispose() {
      for (const records of [setup.records, ...others]) await records.close()
      await rm(folder, { recursive: true })
    },
  }
  return Object.assign(setup, await open())
}

interface NodeSdk {
  init(config: object): { auth(): { createTicket(uid: string): string } }
}

/** A ticket created with the real server SDK, as a developer's own server does. */
export function ticketFor(uid: string, key: LoginKeyFile): string {
  const sdk: NodeSdk = createRequire(import.meta.url)('@cloudbase/node-sdk')
  return sdk.init({ env: key.env_id, credentials: key }).auth().createTicket(uid)
}

/** A fake of WeChat's servers: answers jscode2session with a function of the query. */
export interface FakeWechat {
  readonly apiBase: string
  readonly asked: URLSearchParams[]
  /** The next answer: a string is sent as it is; with undefined there is no answer. */
  answer: (query: URLSearchParams) => unknown
  close(): Promise<void>
}

export async function fakeWechat(): Promise<FakeWechat> {
  const asked: URLSearchParams[] = []
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://wechat')
    if (url.pathname !== '/sns/jscode2session') return void response.writeHead(404).end()
    asked.push(url.searchParams)
    const answer = fake.answer(url.searchParams)
    if (answer === undefined) return
    // The Content-Type that WeChat uses for JSON.
    response.setHeader('content-type', 'text/plain')
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeWechat = {
    apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: (query) => ({ openid: `o${query.get('js_code')}`.padEnd(28, '0'), session_key: 'c2Vzc2lvbi1rZXk=' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return fake
}
