/** The admin API of the Console as a script uses it: plain HTTP with an api key. */
import assert from 'node:assert/strict'
import type { ApiKey, RunningServer } from './server.ts'

interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly body: any
  readonly text: string
}

export interface ConsoleApi {
  /** One request; `path` is below `/console/api`. */
  ask(method: string, path: string, body?: unknown): Promise<ApiAnswer>
  /** The body of a request that has to succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  call(method: string, path: string, body?: unknown): Promise<any>
}

export function consoleApi(server: Pick<RunningServer, 'url'>, key?: Pick<ApiKey, 'apiKey'>): ConsoleApi {
  async function ask(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const response = await fetch(`${server.url}/console/api${path}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key.apiKey}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: JSON.parse(text), text }
  }
  return {
    ask,
    async call(method, path, body) {
      const answer = await ask(method, path, body)
      assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`)
      return answer.body
    },
  }
}
