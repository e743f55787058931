/** A client of the Console like a browser: plain HTTP with a cookie and the headers that browsers add. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { OutgoingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import type { RunningServer } from './server.ts'
import { until } from './until.ts'
import { type Answer, send } from './wire.ts'

export interface Session {
  readonly signedIn: boolean
  readonly env: string
  readonly mode: string
  readonly passwordSet: boolean
  readonly operator?: {
    readonly by: string
    readonly name: string
    readonly since: number
    readonly expiresAt: number
  }
}

export interface Credential {
  readonly link?: string
  readonly secret?: string
}

export interface ConsoleBrowser {
  /** One request with the headers of the page; `path` is relative to the root. */
  ask(method: string, path: string, body?: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>
  signIn(credential: Credential): Promise<Answer>
  session(): Promise<Session>
  /** The Set-Cookie header of the last sign-in. */
  setCookie(): string
  /** `name=value`, as sent back to the server. */
  cookie(): string
}

type Place = Pick<RunningServer, 'url'>

/** A browser with its own cookies. */
export function consoleBrowser(server: Place, known = ''): ConsoleBrowser {
  let setCookie = ''
  let cookie = known
  const browser: ConsoleBrowser = {
    async ask(method, path, body, headers = {}) {
      const answer = await send(`${server.url}${path}`, {
        method,
        headers: {
          ...(cookie === '' ? {} : { cookie }),
          'sec-fetch-site': 'same-origin',
          ...(method === 'GET' || method === 'HEAD' ? {} : { origin: server.url, 'x-cloudstead-console': '1' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const [set] = answer.headers['set-cookie'] ?? []
      if (set !== undefined) {
        setCookie = set
        cookie = set.split(';')[0] ?? ''
      }
      return answer
    },
    signIn: (credential) => browser.ask('POST', '/console/api/session', credential),
    async session() {
      const { text, status } = await browser.ask('GET', '/console/api/session')
      assert.equal(status, 200, text)
      return JSON.parse(text) as Session
    },
    setCookie: () => setCookie,
    cookie: () => cookie,
  }
  return browser
}

/** A browser that is signed in. */
export async function signedIn(server: Place, credential: Credential): Promise<ConsoleBrowser> {
  const browser = consoleBrowser(server)
  const { status, text } = await browser.signIn(credential)
  assert.equal(status, 200, text)
  return browser
}

/** The token in the link that the server printed at its start. */
export async function printedLink(server: Pick<RunningServer, 'output' | 'url'>): Promise<string> {
  const find = () => /^ {2}console (\S+)\/console\/#link=(\S+)$/m.exec(server.output())
  const [, origin, token] = (await until('the link', find, (found) => found !== null)) ?? []
  assert.equal(origin, server.url)
  return token ?? ''
}

const CLI = join(import.meta.dirname, '../../packages/server/bin/cloudstead.js')

/** Sets the password with `cloudstead console password`, through a pipe. */
export async function passwordByCommand(
  { env, dataDir }: Pick<RunningServer, 'env' | 'dataDir'>,
  password: string,
  expectedCode = 0,
): Promise<void> {
  const args = [CLI, 'console', 'password', '--env', env, '--data-dir', dataDir]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  // The server may answer before it has read everything.
  child.stdin.on('error', () => {}).end(`${password}\n`)
  const [code] = await once(child, 'exit')
  assert.equal(code, expectedCode)
}

/** The code of an error answer; asserts that it has texts in both languages. */
export function codeOf({ text, status }: Answer): string {
  const body = JSON.parse(text) as {
    code: string
    text: { en: string; zh: string }
    advice: { en: string; zh: string }
    requestId: string
  }
  assert.ok(status >= 400, text)
  assert.ok(body.text.en && /\p{Script=Han}/u.test(body.text.zh) && body.advice.en && body.advice.zh && body.requestId)
  return body.code
}
