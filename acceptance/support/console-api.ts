/** A client of the admin API for scripts: plain HTTP with an api key. */
import assert from 'node:assert/strict'
import type { ApiKey, RunningServer } from './server.ts'

interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests check the shape themselves
  readonly body: any
  readonly text: string
}

export interface ConsoleApi {
  /** One request; `path` is below `/console/api`. */
  ask(method: string, path: string, body?: unknown): Promise<ApiAnswer>
  /** Sends a request that has to succeed, and returns its body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests check the shape themselves
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
